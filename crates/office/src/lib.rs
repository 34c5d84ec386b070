//! Who may and who did: people, roles, sessions, tokens, settings and the audit trail.
