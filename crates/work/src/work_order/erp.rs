//! What the ERP's word for an order's state means here (R-CORE-084): it never moves our state back.

use std::collections::BTreeMap;

use engine::Cx;
use kernel::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

kernel::words! {
    /// What the ERP says about an order.
    pub enum ErpState {
        Received = "RECEIVED", Released = "RELEASED", InProgress = "IN_PROGRESS", Completed = "COMPLETED", Void = "VOID",
    }
}

/// From the ERP's word to its meaning; the words themselves are always understood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct StatusMap(BTreeMap<String, ErpState>);

impl StatusMap {
    fn shipped() -> Self {
        use ErpState::{Completed, InProgress, Received, Released, Void};
        let words = [
            ("1", Received),
            ("2", Released),
            ("3", InProgress),
            ("4", Completed),
            ("5", Completed),
            ("6", Completed),
            ("7", Void),
        ];
        StatusMap(words.into_iter().map(|(word, state)| (word.to_string(), state)).collect())
    }

    /// The meaning of a word; what nobody mapped means that the order was received.
    fn state(&self, word: &str) -> ErpState {
        let word = word.trim();
        self.0.get(word).copied().or_else(|| ErpState::parse(&word.to_uppercase())).unwrap_or(ErpState::Received)
    }
}

engine::settings! {
    /// What each word of the ERP for an order's state means
    pub ERP_STATUS_MAP: StatusMap = "erp.statusMap", default StatusMap::shipped();
    /// Whether an order that the ERP has released is released here too, if its route has a ready version
    pub WO_TRUST_ERP_RELEASE: bool = "wo.trustErpRelease", default false;
}

/// What the ERP's word means.
pub fn state(cx: &Cx<'_>, word: &str) -> Result<ErpState> {
    Ok(cx.setting(&ERP_STATUS_MAP)?.state(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_core_084_words_and_numbers_of_the_erp_have_a_meaning() {
        let map = StatusMap::shipped();
        assert_eq!(map.state("2"), ErpState::Released);
        assert_eq!(map.state(" released "), ErpState::Released);
        assert_eq!(map.state("7"), ErpState::Void);
        assert_eq!(map.state("whatever"), ErpState::Received, "an unknown word changes nothing");
    }
}
