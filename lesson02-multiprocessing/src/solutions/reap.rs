//! See the exercise of the same name.

use std::process::{Child, ExitStatus};

/// Children of this process, none of which may stay behind.
#[derive(Debug, Default)]
pub struct Nursery {
    children: Vec<Child>,
}

impl Nursery {
    /// Takes a child in.
    pub fn adopt(&mut self, child: Child) {
        self.children.push(child);
    }

    /// The children that have ended since the last call, by process id, with how they ended. Waits for none.
    pub fn reap(&mut self) -> Vec<(u32, ExitStatus)> {
        let mut ended = Vec::new();
        self.children.retain_mut(|child| match child.try_wait() {
            Ok(Some(status)) => {
                ended.push((child.id(), status));
                false
            }
            Ok(None) => true,
            Err(_) => false, // somebody else has reaped it: there is nothing left to do for it
        });
        ended
    }
}

impl Drop for Nursery {
    fn drop(&mut self) {
        // All are killed before the first is waited for: they end at the same time, not one after the other.
        for child in &mut self.children {
            let _ = child.kill(); // it has ended already
        }
        for child in &mut self.children {
            let _ = child.wait(); // somebody else has reaped it
        }
    }
}
