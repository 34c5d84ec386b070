//! Refusals of the engine and its doors; slices declare their own beside their rules.

kernel::refusals! {
    /// Command sent without Idempotency-Key
    IDEMPOTENCY_KEY_REQUIRED: Malformed;
    /// Key reused with another body
    IDEMPOTENCY_KEY_REUSED: Unprocessable;
    /// First request with this key still running
    IDEMPOTENCY_IN_PROGRESS: Conflict;
    /// No valid session or token
    UNAUTHENTICATED: Unauthenticated;
    /// Permission missing
    FORBIDDEN: Denied (permissions, roles);
    /// The first password must be changed before anything else (R-PLAT-002)
    PASSWORD_CHANGE_REQUIRED: Denied;
    /// CSRF token missing or wrong
    CSRF_INVALID: Denied;
    /// Line outside the actor's data scope
    LINE_FORBIDDEN: Denied (line);
    /// No such line
    LINE_NOT_FOUND: NotFound (line);
    /// No such station
    STATION_NOT_FOUND: NotFound (station);
    /// Station outside the actor's data scope
    STATION_FORBIDDEN: Denied (station);
    /// Change without If-Match
    VERSION_REQUIRED: VersionRequired;
    /// If-Match is stale
    VERSION_MISMATCH: Stale (version);
    /// Slow down; Retry-After
    RATE_LIMITED: TooMany (seconds);
    /// Retry later with the same key
    TEMPORARILY_UNAVAILABLE: Busy;
    /// No room to commit; nothing was changed
    STORAGE_FULL: Busy;
    /// Our own fault; the reference finds it in the log
    INTERNAL_ERROR: Internal (reference);
    /// No such path
    PATH_NOT_FOUND: NotFound (path);
    /// Code or name taken in a register
    CODE_DUPLICATE: Conflict (entity, field, code);
    /// Code already referenced, cannot change
    CODE_IMMUTABLE: Conflict (code);
    /// Word reserved by a path
    CODE_RESERVED: Conflict (code);
    /// Setting has the wrong type or range
    CONFIG_INVALID: Unprocessable (key, problem);
    /// No such setting
    CONFIG_NOT_FOUND: NotFound (key);
}
