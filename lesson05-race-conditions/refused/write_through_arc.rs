use std::sync::Arc;

fn main() {
    let counter = Arc::new(0);
    *counter += 1;
}
