//! The list of tokens.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Need, Permit, get};

use super::TokenKind;

/// Tokens, newest first, never their secrets.
pub static API_TOKENS: Listing = Listing {
    name: "api_tokens",
    route: get("/api-tokens"),
    need: Need::Any(&[Permit::SystemTokenManage]),
    columns: &[
        Column::new("tokenNo", "t.token_no", Kind::Code),
        Column::new("name", "t.name", Kind::Text),
        Column::new("kind", "t.kind", Kind::Word("TokenKind")),
        Column::new("permissions", "t.permissions", Kind::Json),
        Column::new("sourceSystem", "t.source_system", Kind::Text),
        Column::new("allowedCidrs", "t.allowed_cidrs", Kind::Json).hidden(),
        Column::new("rateLimitPerMin", "t.rate_limit_per_min", Kind::Int).hidden(),
        Column::new("expiresAt", "t.expires_at", Kind::Time),
        Column::new("lastUsedAt", "t.last_used_at", Kind::Time),
        Column::new("createdBy", "t.created_by", Kind::Text),
        Column::new("createdAt", "t.created_at", Kind::Time).hidden(),
        Column::new("revokedAt", "t.revoked_at", Kind::Time),
        Column::new("version", "t.version", Kind::Int).hidden(),
    ],
    from: "api_token t join principal tp on tp.id = t.id",
    conditions: "",
    key: "t.id",
    filters: &[
        Filter::new("q", "", By::Prefix("tp.name_key")),
        Filter::new("kind", "t.kind = $", By::Word("TokenKind", TokenKind::WORDS)),
        Filter::new("isRevoked", "(case when t.revoked_at is null then 0 else 1 end) = $", By::Bool),
    ],
    sorts: &[
        Sort::new("createdAt", "t.id", Kind::Int),
        Sort::new("tokenNo", "t.token_no", Kind::Text),
        Sort::new("expiresAt", "t.expires_at", Kind::Int),
        Sort::new("lastUsedAt", "coalesce(t.last_used_at, 0)", Kind::Int),
    ],
    descending: true,
    parent: None,
    finish: None,
};
