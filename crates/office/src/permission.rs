//! Who can do what: one's own rights, the matrix, and who holds too much at once (R-PLAT-036, R-PLAT-042).

pub mod matrix;
pub mod me;
pub mod segregation;

use engine::Registry;

pub fn register(registry: &mut Registry) {
    registry.query::<me::MyPermissions>().query::<matrix::Matrix>().query::<segregation::Segregation>();
}
