# Runs a command and ends it, with everything it started, when our standard input closes: that happens however the
# owner ends, kill -9 included. A line on the standard input says that the folder stays.
# Arguments: the signal that asks the command to stop, the folder to remove then (may be empty), the command.
signal=$1
folder=$2
shift 2
exec 3<&0 </dev/null

# The shell makes its background children ignore two signals; they shall find them as usual.
env --default-signal=INT,QUIT -- "$@" 3<&- &
child=$!
# What the shell itself would say about dead children is of no interest.
exec 2>/dev/null

stop() {
    trap '' USR1 USR2
    kill -s "$signal" "$child"
    (sleep 10 && kill -s KILL "$child") &
    wait "$child"
    [ -z "$folder" ] || rm -rf -- "$folder"
    kill -s KILL 0
}
trap stop USR1
trap 'folder= && stop' USR2
(
    word=USR1
    while read -r _ <&3; do word=USR2; done
    kill -s "$word" $$
) &
exec 3<&-

wait "$child"
exit $?
