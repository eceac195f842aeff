//! What futures weigh.

use std::hint::black_box;

use crate::machine::compiled;
use crate::polling::Turn;

/// The sizes of four futures in bytes: what lives across an `await` lives in the future.
pub fn sizes() -> [(&'static str, usize); 4] {
    async fn held() -> u8 {
        let buffer = black_box([1_u8; 1024]);
        Turn::default().await;
        buffer[0]
    }
    async fn dropped_before() -> u8 {
        let first = { black_box([1_u8; 1024])[0] };
        Turn::default().await;
        first
    }
    [
        ("compiled", size_of_val(&compiled(1))),
        ("1 KiB held across an await", size_of_val(&held())),
        ("1 KiB used before it", size_of_val(&dropped_before())),
        ("the first, in a box", size_of_val(&async { Box::pin(held()).await })),
    ]
}
