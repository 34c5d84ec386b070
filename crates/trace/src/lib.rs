//! What it was: the history of a unit and of a run, read across and proven.
