### Who may and who did: people, roles, sessions, tokens, settings, audit

## Refusals: signing in
refusal-INVALID_CREDENTIALS = User name and password do not match. Check both and try again; an administrator can set a new password.
refusal-ACCOUNT_LOCKED = Too many wrong passwords. Wait { $minutes } min and try again, or ask an administrator for a new password.
refusal-ACCOUNT_INACTIVE = This account is deactivated. An administrator can activate it again.
refusal-PASSWORD_EXPIRED = This first password was not used in time. Ask an administrator for a new one.
refusal-PASSWORD_CHANGE_REQUIRED = Choose a password of your own first. Until then nothing else is possible.
refusal-ENROLMENT_INVALID = This link is unknown, used already or too old. Ask an administrator for a new one.
refusal-SESSION_NOT_FOUND = There is no open session { $session }. It may have ended; reload the list.
refusal-TOKEN_INVALID = This token is not known. Check the secret, or have an administrator issue a new token.
refusal-TOKEN_EXPIRED = Token { $token } has expired. An administrator can rotate it or issue a new one.
refusal-TOKEN_REVOKED = Token { $token } was revoked. An administrator can issue a new one.
refusal-TOKEN_IP_DENIED = Token { $token } may not be used from this address. An administrator can change its allowed addresses.

## Refusals: passwords
refusal-PASSWORD_TOO_SHORT = The password is too short. Choose at least { $min ->
    [one] 1 character.
   *[other] { $min } characters.
}
refusal-PASSWORD_IS_USERNAME = The password must not be the user name. Choose another one.
refusal-PASSWORD_TOO_COMMON = This password is one of the first that everybody tries. Choose another one, for example a short sentence.
refusal-PASSWORD_REUSED = { $count ->
    [one] This is your last password. Choose a new one.
   *[other] This is one of your last { $count } passwords. Choose a new one.
}

## Refusals: people and roles
refusal-USER_NOT_FOUND = There is no user { $username }. Check the spelling or search for the name.
refusal-ROLE_NOT_FOUND = There is no role { $role }. Choose one from the list.

## Commands
command-session-login = Sign in
command-session-logout = Sign out
command-session-end = End session
command-user-enrol = Set password

## Lists

## Fields
field-username = User name
field-password = Password
field-token = Enrolment link
field-session = Session

## Done without a command
action-role-seed = Bring a preset role
action-demo-seed = Build the demo plant
action-export = Export list
action-admin-create = Create administrator
action-api-token-use = Use a token

## Things
entity-demo = Demo plant
entity-export = Export
entity-user = User
entity-role = Role
entity-session = Session

## Events
event-USER_CHANGED = A user was changed
event-ROLE_CHANGED = A role was changed
event-PERMISSIONS_CHANGED = Permissions were changed
event-SESSION_ENDED = A session was ended
event-ACCOUNT_LOCKED = An account was locked

## Words
word-Locale-en = English
word-Locale-zh-CN = 中文
word-AuthSource-LOCAL = Password in Takt
word-AuthSource-OIDC = Company sign-in

## Settings
setting-auth-session-idleMin = Minutes without a request after which a session ends
setting-auth-session-absoluteMin = Minutes after which a session ends in any case
setting-auth-enrolment-hours = Hours for which an enrolment link or a first password counts
setting-auth-password-minLength = Least number of characters of a password
setting-auth-password-history = Number of last passwords that may not be used again
setting-auth-lock-userFailures = Wrong passwords in a row that lock a user name
setting-auth-lock-ipFailures = Wrong passwords from one address that lock the address
setting-auth-lock-minutes = Minutes over which wrong passwords are counted and for which a lock holds

## Preset roles
role-about-admin = Runs Takt itself: people, roles, settings, tokens, backups. Reads everything, changes no production data.
role-about-planner = Plans work orders and runs, authorizes and closes them.
role-about-engineer = Keeps routes, operations, data specs, lines, resources and rules.
role-about-quality = Decides on inspections, defects, waivers and holds.
role-about-inspector = Inspects on the assigned lines.
role-about-repair = Repairs and tracks repaired boards on the assigned lines.
role-about-material = Loads feeders and handles material on the assigned lines.
role-about-operator = Works at the assigned stations.
role-about-leader = Leads the assigned lines.
role-about-manager = Sees everything, approves and signs what needs a second pair of eyes.
role-about-trace = Traces units and material, exports evidence.
role-about-machine = Sends machine events; held by tokens, never by people.

## Refusals: people, their passwords and bindings
refusal-ROLE_REQUIRED = A person needs at least one role. Choose one.
refusal-ROLE_FOR_TOKENS = Role { $role } is for tokens only. Choose another role, or issue a token.
refusal-LINE_BINDING_REQUIRED = These roles work on assigned lines: { $roles }. Assign at least one line.
refusal-STATION_BINDING_REQUIRED = These roles work at assigned stations: { $roles }. Assign at least one station.
refusal-LAST_ADMIN = Somebody must go on managing users and roles, and { $username } would not. Give another active person these rights first, or let that person make this change.
refusal-PASSWORD_WRONG = The old password is not right. Check it and try again; an administrator can set a new one.
refusal-PASSWORD_ELSEWHERE = This account signs in through your company and has no password here. Change it there.

## Refusals: tokens
refusal-API_TOKEN_NOT_FOUND = There is no token { $token }. Check the number in the list of tokens.
refusal-PERMISSION_UNKNOWN = There is no permission { $permission }. Choose one from the list.
refusal-TOKEN_PERMISSION_FORBIDDEN = A token may not hold what needs a person: { $permissions }. Leave these out.

## Commands: people and tokens
command-user-create = Add person
command-user-update = Edit person
command-user-update-me = Edit my profile
command-user-import = Import people
command-user-change-password = Change password
command-user-reset-password = Reset password
command-user-revoke-sessions = End all sessions
command-api-token-create = Issue token
command-api-token-rotate = Rotate secret
command-api-token-revoke = Revoke token

## Lists: people and tokens
list-users = People
empty-users = Nobody here yet. Add people one by one or import a file.
list-api_tokens = Tokens
empty-api_tokens = No tokens yet. Issue one for each machine or system that sends data.

## Fields: people and tokens
field-allowedCidrs = Allowed addresses
field-authSource = Signs in with
field-csv = File (CSV)
field-department = Department
field-email = E-mail
field-employeeNo = Employee number
field-expiresAt = Expires
field-firstAccess = First sign-in
field-initialPassword = Password to begin with
field-isRevoked = Revoked
field-keepOldHours = Hours the old secret still counts
field-lastLoginAt = Last sign-in
field-lastUsedAt = Last used
field-lineCodes = Lines
field-locale = Language
field-mustChangePassword = Must change password
field-newPassword = New password
field-oldPassword = Old password
field-permissions = Permissions
field-phone = Phone
field-preferredHomePage = Home page
field-rateLimitPerMin = Calls per minute
field-revokedAt = Revoked at
field-role = Role
field-roles = Roles
field-stationCodes = Stations
field-tokenNo = Token

## Words, things and events: people and tokens
word-FirstAccess-LINK = One-time link
word-FirstAccess-PASSWORD = Random password
word-TokenKind-MACHINE = Machine
word-TokenKind-INTEGRATION = Other system
entity-api_token = Token
event-TOKEN_EXPIRING = A token will expire soon

## Settings: tokens
setting-auth-token-maxDays = Most days a token counts
setting-auth-token-warnDays = Days before its end on which a token is warned of
setting-auth-token-rotateHours = Most hours an old secret counts after a rotation
setting-auth-token-ratePerMin = Calls per minute of a token that does not say otherwise

## Refusals: roles, settings, audit
refusal-ROLE_CODE_RESERVED = { $role } is reserved. Choose another code.
refusal-ROLE_SYSTEM_LOCKED = Role { $role } comes with Takt: only its name and description change. Clone it and change the copy.
refusal-ROLE_IN_USE = { $count ->
    [one] 1 person has role { $role }. Give that person another role first, then delete it.
   *[other] { $count } people have role { $role }. Give them another role first, then delete it.
}
refusal-CONFIG_VERSION_NOT_FOUND = Setting { $key } never had version { $version }. Choose one from its history.
refusal-AUDIT_NOT_FOUND = There is no audit record { $seq } that you may read. Rows get their number within a second; others’ rows need audit:read.

## Commands: roles and settings
command-role-create = Add role
command-role-clone = Clone role
command-role-update = Edit role
command-role-delete = Delete role
command-config-set = Change setting
command-config-revert = Revert setting

## Lists: roles, settings, audit
list-roles = Roles
empty-roles = No roles match. Clear the filter, or add a role.
list-audit_logs = Audit trail
empty-audit_logs = No records match. Widen the time or clear the filters.
list-config_changes = History of the setting
empty-config_changes = Never changed: the default counts.
list-history = History
empty-history = Nothing has happened to it yet.

## Fields: roles, settings, audit
field-action = Action
field-actor = By
field-actorName = Name of the actor
field-actorType = Kind of actor
field-after = After
field-at = Time
field-before = Before
field-changedBy = Changed by
field-description = Description
field-entityKey = Object
field-entityType = Kind of object
field-errorCode = Refusal
field-errorMessage = Why refused
field-from = From
field-fromSeq = From number
field-toSeq = To number
field-home = Home page
field-ip = Address
field-isSystem = Comes with Takt
field-key = Setting
field-newCode = New code
field-permission = Permission
field-requestId = Reference
field-scope = Reaches
field-scopeKey = For
field-seq = Number
field-signatureMeanings = May sign as
field-to = To
field-toVersion = Back to version
field-userCount = People
field-value = Value

## Words: roles, settings, audit
word-Scope-ALL = Whole plant
word-Scope-ASSIGNED_LINES = Assigned lines
word-Scope-ASSIGNED_STATIONS = Assigned stations
word-SignatureMeaning-PERFORMED = Performed
word-SignatureMeaning-REVIEWED = Reviewed
word-SignatureMeaning-APPROVED = Approved
word-SignatureMeaning-RELEASED = Released
word-SignatureMeaning-WAIVED = Waived
word-SignatureMeaning-SCRAPPED = Scrapped
word-SignatureMeaning-VERIFIED = Verified
word-SignatureMeaning-ENGINEERING_CONFIRMED = Confirmed by engineering
word-SignatureMeaning-PRODUCTION_CONFIRMED = Confirmed by production
word-ConfigScope-GLOBAL = Whole plant
word-ConfigOrigin-DEFAULT = Default
word-ConfigOrigin-GLOBAL = Set for the plant
word-AuditStatus-SUCCESS = Done
word-AuditStatus-FAIL = Refused
word-ActorType-USER = Person
word-ActorType-TOKEN = Token
word-ActorType-SYSTEM = Takt
entity-setting = Setting
event-CONFIG_CHANGED = A setting was changed

## Points that should lie in different hands
segregation-INSPECT_SIGN_AUTHORIZE = Inspects the first article, signs it and authorizes the run
segregation-WAIVE_AND_AUTHORIZE = Waives readiness and authorizes the run
segregation-DRAFT_AND_APPROVE_POLICY = Drafts and approves policies
segregation-RECORD_AND_CONFIRM = Keeps and confirms process records
segregation-WORK_AND_VERIFY_MAINTENANCE = Does and verifies maintenance
segregation-LOAD_AND_REVIEW = Loads feeders and reviews loadings
segregation-REPAIR_AND_RELEASE = Repairs boards and decides on their defects
segregation-ADMIN_AND_PRODUCTION = Manages roles and tracks boards out
