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
refusal-PASSWORD_TOO_SHORT = The password is too short. Choose at least { $min } characters.
refusal-PASSWORD_IS_USERNAME = The password must not be the user name. Choose another one.
refusal-PASSWORD_TOO_COMMON = This password is one of the first that everybody tries. Choose another one, for example a short sentence.
refusal-PASSWORD_REUSED = This is one of your last { $count } passwords. Choose a new one.

## Refusals: people and roles
refusal-USER_NOT_FOUND = There is no user { $username }. Check the spelling or search for the name.
refusal-ROLE_NOT_FOUND = There is no role { $role }. Choose one from the list.

## Commands
command-session-login = Sign in
command-session-logout = Sign out
command-session-end = End session
command-user-enrol = Set password

## Lists
list-sessions = Open sessions
empty-sessions = No open sessions. One appears when you sign in.

## Fields
field-username = User name
field-password = Password
field-token = Enrolment link
field-session = Session

## Things
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
word-FirstAccess-GIVEN = Given password
word-TokenKind-MACHINE = Machine
word-TokenKind-INTEGRATION = Other system
entity-api_token = Token
event-TOKEN_EXPIRING = A token will expire soon

## Settings: tokens
setting-auth-token-maxDays = Most days a token counts
setting-auth-token-warnDays = Days before its end on which a token is warned of
setting-auth-token-rotateHours = Most hours an old secret counts after a rotation
setting-auth-token-ratePerMin = Calls per minute of a token that does not say otherwise
