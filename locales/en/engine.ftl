# Refusals of the engine and its doors, and what the screens say about calls as such.
refusal-CODE_REQUIRED = The code is blank. Enter a code.
refusal-NAME_REQUIRED = The name is blank. Enter a name.
refusal-VALIDATION_FAILED = Some fields are not right. Correct the fields named here and send again.
refusal-IDEMPOTENCY_KEY_REQUIRED = A change needs the header Idempotency-Key. The sender adds one new key for each change.
refusal-IDEMPOTENCY_KEY_REUSED = This Idempotency-Key was used for another change. Use a new key for each change.
refusal-IDEMPOTENCY_IN_PROGRESS = The same change is still being made. Wait a moment and send it again with the same key.
refusal-UNAUTHENTICATED = You are not signed in, or the session has ended. Sign in again.
refusal-FORBIDDEN = You need the permission { $permissions } for this. These roles have it: { $roles }.
refusal-CSRF_INVALID = The page is out of date. Reload it and try again.
refusal-LINE_FORBIDDEN = Line { $line } is not assigned to you. An administrator can assign it.
refusal-STATION_FORBIDDEN = Station { $station } is not assigned to you. Use your own station, or ask an administrator to assign it.
refusal-VERSION_REQUIRED = A change needs the version you saw (header If-Match). Load the current state first.
refusal-VERSION_MISMATCH = Somebody changed this meanwhile; it is at version { $version } now. Reload and make your change again.
refusal-RATE_LIMITED = Too many calls. Wait { $seconds ->
    [one] 1 second.
   *[other] { $seconds } seconds.
}
refusal-TEMPORARILY_UNAVAILABLE = Takt is busy or restarting. Nothing was saved; send it again with the same key in a moment.
refusal-STORAGE_FULL = The disk is full. Nothing was saved; tell an administrator to make room.
refusal-INTERNAL_ERROR = Something went wrong on our side and nothing was saved. Give an administrator the reference { $reference }.
refusal-PATH_NOT_FOUND = There is no { $path }. Check the address, or search for what you need.
refusal-CODE_DUPLICATE = { $code } exists already ({ $entity }, { $field }). Choose another one, or edit the existing one.
refusal-CODE_IMMUTABLE = The code { $code } is in use and cannot be changed. Create a new one and deactivate this one.
refusal-CODE_RESERVED = The word { $code } is reserved. Choose another code.
refusal-CONFIG_INVALID = The value for { $key } is not valid: { $problem }. Correct it and save again.
refusal-CONFIG_NOT_FOUND = There is no setting { $key }. See the settings page for all names.

setting-idempotency-keepHours = How many hours an answer is kept for a repeated key
setting-idempotency-guardRefusalSec = How many seconds a refusal is kept for a repeated key
