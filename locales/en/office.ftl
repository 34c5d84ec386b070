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
