//! The table of contents of the product: everything a release contains, slice by slice.

use engine::Registry;

/// The registry of this release.
pub fn registry() -> Registry {
    let mut registry = Registry::default();
    fill(&mut registry);
    registry
}

/// Register every slice; gates are asked in the order in which they are named here.
pub fn fill(registry: &mut Registry) {
    office::register(registry);
    plant::register(registry);
    work::register(registry);
    trace::register(registry);
    demo::register(registry);
}
