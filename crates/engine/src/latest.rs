//! What changes seldom, read once and kept as last committed: the settings, the stations of the floor.

use std::sync::{Arc, RwLock};

use kernel::Result;

use crate::cx::Cx;

/// Something read once, and again after a setting, a right, a line or a station has changed ([`crate::live::Bell::epoch`]).
pub struct Latest<T>(RwLock<Option<(u64, Arc<T>)>>);

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Latest(RwLock::default())
    }
}

impl<T> Latest<T> {
    /// What is kept, or what `read` finds now.
    pub fn get(&self, cx: &Cx<'_>, read: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
        let epoch = cx.shared().bell.epoch();
        if let Some((of, kept)) = &*self.0.read().expect("what is kept is never poisoned")
            && *of == epoch
        {
            return Ok(kept.clone());
        }
        let found = Arc::new(read()?);
        // A transaction that began before the change may still see what was before it.
        if cx.began() == epoch {
            *self.0.write().expect("what is kept is never poisoned") = Some((epoch, found.clone()));
        }
        Ok(found)
    }
}
