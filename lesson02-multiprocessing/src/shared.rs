//! Memory that two processes have in common: `multiprocessing.shared_memory`.
//!
//! On Linux a file that exists in memory only, and that the worker opens through its parent's descriptor: nothing to clean
//! up, whoever is killed. Elsewhere a temporary file, which stays behind if its owner is killed. (Python's `SharedMemory` has
//! the same trouble on every Unix, and starts a process, the resource tracker, that cleans up.)

#![allow(unsafe_code)]

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use memmap2::{Mmap, MmapMut};
use serde::{Deserialize, Serialize};

/// Memory that this process writes and a worker reads.
#[derive(Debug)]
pub struct Arena {
    map: MmapMut,
    name: Name,
    #[cfg(target_os = "linux")]
    _file: File,
    #[cfg(not(target_os = "linux"))]
    _folder: common::Scratch,
}

/// Where another process finds it. This is all that travels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Name {
    /// Tells arenas apart whose paths are the same, because a descriptor's number is used again.
    number: u64,
    path: String,
}

impl Arena {
    /// Takes so many bytes, all zero. Address space, at first: a page is found for it when it is first touched, and that
    /// costs more than copying one.
    ///
    /// # Errors
    /// If the system has none to give, or `length` is zero.
    pub fn new(length: usize) -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Relaxed); // relaxed: it need only be different
        #[cfg(target_os = "linux")]
        {
            use std::os::fd::AsRawFd;
            let file = File::from(rustix::fs::memfd_create("arena", rustix::fs::MemfdFlags::CLOEXEC)?);
            let path = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
            let map = writable(&file, length)?;
            Ok(Arena { map, name: Name { number, path }, _file: file })
        }
        #[cfg(not(target_os = "linux"))]
        {
            let folder = common::Scratch::new()?;
            let path = folder.path().join("arena");
            let file = File::options().read(true).write(true).create_new(true).open(&path)?;
            let map = writable(&file, length)?;
            Ok(Arena { map, name: Name { number, path: path.to_string_lossy().into_owned() }, _folder: folder })
        }
    }

    /// What to send to a worker.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The bytes. Not to be touched from sending their name until the answer has come.
    pub fn bytes(&mut self) -> &mut [u8] {
        &mut self.map
    }
}

fn writable(file: &File, length: usize) -> io::Result<MmapMut> {
    file.set_len(length as u64)?;
    // SAFETY: the file is this process's own, and is never shortened. Workers map it for reading, and read only between
    // a request and its answer; in that time, by the contract of `bytes`, nobody writes.
    unsafe { MmapMut::map_mut(file) }
}

/// In a worker: what `read` makes of the bytes. The mapping is kept until another arena comes, because mapping anew means
/// to touch all its pages for the first time again.
///
/// # Errors
/// If there is no such arena.
pub fn with_arena<T>(name: &Name, length: usize, read: impl FnOnce(&[u8]) -> T) -> io::Result<T> {
    thread_local! {
        static KEPT: RefCell<Option<(Name, Mmap)>> = const { RefCell::new(None) };
    }
    KEPT.with_borrow_mut(|kept| {
        let known = kept.as_ref().is_some_and(|(known, _)| known == name);
        if !known {
            let file = File::open(&name.path)?;
            // SAFETY: as in `writable`: the parent neither writes while this job runs, nor ever shortens the file.
            *kept = Some((name.clone(), unsafe { Mmap::map(&file) }?));
        }
        let map = kept.as_ref().map(|(_, map)| &map[..]).unwrap_or_default();
        map.get(..length).map(read).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    })
}
