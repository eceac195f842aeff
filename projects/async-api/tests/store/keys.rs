//! Keys: known by their hash, until they are taken back.

use crate::on_both;
use async_api::model::{KeyId, KeyLimits};
use async_api::store::Store;

on_both! { a_key_holds_until_it_is_taken_back, }

async fn a_key_holds_until_it_is_taken_back(store: Store) {
    let limits = KeyLimits { requests_per_minute: 1, burst: 2, audits_per_day: 3 };
    let key = store.create_key("one", [1; 32], limits).await.unwrap();
    assert_eq!((key.name.as_str(), key.limits, key.revoked_at), ("one", limits, None));
    assert_eq!(store.create_key("one again", [1; 32], KeyLimits::default()).await.unwrap(), key);
    assert_eq!(store.key([1; 32]).await.unwrap(), Some(key.clone()));
    assert_eq!(store.key([2; 32]).await.unwrap(), None);
    assert!(store.revoke_key(key.id).await.unwrap());
    assert!(!store.revoke_key(key.id).await.unwrap());
    assert!(!store.revoke_key(KeyId(uuid::Uuid::now_v7())).await.unwrap());
    assert_eq!(store.key([1; 32]).await.unwrap(), None);
    assert!(store.keys().await.unwrap()[0].revoked_at.is_some());
}
