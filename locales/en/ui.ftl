# Words of the pages. Keys that start with js- go to the browser; their variables stay {name}.

## Frame
skip = Skip to content
menu = Menu
home-link = Takt, home
main-menu = Main
find = Find
find-label = Search or scan
find-placeholder = Scan or search: serial, run, order, lot, slot
live = Live
role-switch-hint = Changes home and menu order, not rights
notifications = Notifications
other-language = 中文
theme = Switch light or dark
user-menu = Your account
profile = Profile
keys-help = Keys and scanner
sign-out = Sign out
crumbs = Where you are
actions = Actions
more-actions = More actions
close = Close
cancel = Cancel
retry = Try again
reference = Reference
yes = Yes
no = No
all = All
choose = Choose…
optional = optional
copy-code = Copy { $code }
show-all = Show all
show-them = Show them
print = Print
back = Back
search = Search

## Sign in
sign-in = Sign in
login-say = Every board, every step, in time.
login-badge = Scan your badge
login-or = or with a password
username = User name
password = Password
login-help = Forgot the password? A line leader or administrator can set a new one.

## Errors
error-404 = Not found
error-404-todo = There is no such page or object, or it is not in your scope. Scan or search for it.
error-403 = Not allowed
error-403-needs = This page needs the permission
error-500 = Something went wrong on our side
error-500-todo = Nothing was saved by this page. Try again; if it happens again, give the reference to your administrator.
go-home = Go to my home page
copy-request = Copy request for access
denied-here = You may not see this part.
denied-who = These roles can: { $roles }

## Lists and forms
import = Import
filter = Filter
filter-by-state = Filter by state
clear-filters = Clear filters
filtered-empty = Nothing matches these filters.
empty-plain = Nothing here yet.
columns = Columns
compact-rows = Compact rows
export-csv = Export as CSV
export-n = Export { $n } as CSV
rows-n = { $n ->
    [one] 1 row
   *[other] { $n } rows
}
rows-of = { $n } of { $total }
zone-note = Times in plant time, { $zone }
keys-move = move
keys-open = open
first-page = First page
next-page = Next { $n }
pick-or-scan = Search or scan
one-per-line = One per line
choose-file = Choose file
dangerous = This cannot be taken back.
nothing-to-fill = Nothing to fill in. Confirm to go on.
bar-good = { $good } / { $plan } good
bar-scrap = { $scrap } scrap
diff-field = Field
diff-before = Before
diff-after = After
diff-none = Nothing changed.

## Next action
next-action = Next action
who-can = These people can:
copy-handover = Copy hand-over
notify = Notify

## In the browser: messages
js-saved = Saved.
js-done-named = { $name }: done.
js-not-saved = Not saved. The server did not answer.
js-not-saved-todo = Your entries are kept. Try again; it will count only once.
js-retry = Try again
js-close = Close
js-cancel = Cancel
js-copied = Copied.
js-copy-failed = Copying is not possible here.
js-reload = Reload
js-changed = Changed meanwhile.
js-changed-todo = Close this dialog or reload to see the new state.
js-conflict-todo = Reload to see the current state, then try again.
js-fields-wrong = { $n } fields need attention.
js-field-wrong = Check this field.
js-required = Please fill in.
js-not-a-number = Enter a number.
js-too-low = At least { $min }
js-too-high = At most { $max }
js-not-json = This is not valid JSON.
js-dirty = Discard what you entered?
js-discard = Discard
js-keep-editing = Keep editing
js-denied = You may not do this.
js-denied-roles = These roles can: { $roles }
js-reference = Reference
js-next = Next: { $detail }
js-sign-in-again = Sign in again
js-sign-in-again-todo = The session has ended. Your entries are kept.
js-username = User name
js-password = Password
js-sign-in = Sign in
js-sign-in-failed = Name and password do not match.
js-loading = Loading…
js-load-failed = Could not be loaded.
js-busy = Working…
js-no-matches = No matches
js-more-matches = More matches. Type more to narrow down.
js-open-page = Open

## In the browser: live and offline
js-live = Live
js-stale = Data from { $time }
js-polling = Every 10 s
js-offline = Offline. Nothing is saved.
js-online = Connection is back.
js-offline-command = Offline. Nothing was sent; your entries are kept.
js-rights-changed = Your rights have changed. Reload the page.
js-ago-now = just now
js-ago-min = { $n } min ago
js-ago-h = { $n } h ago
js-ago-d = { $n } d ago
js-in-min = in { $n } min
js-in-h = in { $n } h
js-in-d = in { $n } d

## In the browser: keys and scanner
js-help = Keys and scanner
js-key-search = Search
js-key-help = This help
js-key-go = Go to a page: press g, then its letter
js-key-new = New
js-key-filter = Filter
js-key-rows = Next or previous row
js-key-open = Open the row
js-key-submit = Send the form
js-key-close = Close
js-key-scan = Start of a scan typed by hand
js-scanned = Scanned { $text }
js-scan-unknown = Not recognised: { $text }. Expected { $expected }.
js-scan-any = a serial number, run, order, lot or slot
js-scan-sn = a serial number
js-scan-queue-full = Too many scans waiting. { $text } was not taken.
js-scan-queue-cleared = { $n } waiting scans were dropped because of the error. Scan them again.
