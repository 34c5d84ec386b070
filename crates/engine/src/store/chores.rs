//! Chores at work: a thread for each, on its time or on the bell, under its lease.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant as Stopwatch};

use super::Engine;
use crate::chore::{Chore, lease, of_engine};

impl Engine {
    pub(super) fn start_chores(self: &Arc<Engine>) {
        for (i, _) in of_engine().iter().chain(&self.shared.registry.chores).enumerate() {
            let engine = self.clone();
            let thread = std::thread::Builder::new().name(format!("chore-{i}")).spawn(move || engine.do_chore(i));
            if let Ok(thread) = thread {
                self.threads.lock().expect("threads are never poisoned").push(thread);
            }
        }
    }

    /// The chores of this process whose turn did not end well for three times their time and half a minute: none when it does
    /// no chores. Turns that another node's lease makes empty count.
    pub fn late_chores(&self) -> Vec<&'static str> {
        let own = of_engine();
        let all = own.iter().chain(&self.shared.registry.chores);
        let is_late = |c: &&Chore| {
            let well = self.shared.metrics.chore_was_well(c.name);
            well.is_some_and(|ago| ago > 3 * c.every + Duration::from_secs(30))
        };
        all.filter(is_late).map(|c| c.name).collect()
    }

    /// One chore for the life of the process: on its time or on the bell, under its lease.
    fn do_chore(self: Arc<Engine>, index: usize) {
        let own = of_engine();
        let chore = own.get(index).unwrap_or_else(|| &self.shared.registry.chores[index - own.len()]);
        let (name, run) = (chore.name, chore.run);
        self.shared.metrics.chore_is_well(name);
        let mut rung = self.shared.bell.count();
        while !self.stopping.load(Ordering::SeqCst) {
            let node = self.shared.node.clone();
            let started = Stopwatch::now();
            let done = self.work(move |cx| {
                cx.quietly();
                if !lease(cx, name, &node)? { Ok(-1) } else { run(cx) }
            });
            self.shared.metrics.chore(name, done.is_ok(), started.elapsed());
            match done {
                Ok(n) if n > chore.again_above => continue,
                Ok(n) if n > 0 && name == "seal" => self.shared.bell.sealed(),
                Ok(_) => {}
                Err(e) => tracing::warn!(chore = name, error = %e, "chore failed; it is tried again"),
            }
            rung = self.shared.bell.wait(rung, chore.every, chore.on_bell);
        }
    }
}
