# Runs a command and ends it, with everything it started, when our standard input closes: that happens however the
# owner ends, kill -9 included. Arguments: the signal that asks the command to stop, the folder to remove then (may be
# empty), the command. What the shell itself would say about dead children is of no interest.
signal=$1
folder=$2
shift 2
exec 3<&0 </dev/null

"$@" 3<&- &
child=$!
exec 2>/dev/null

stop() {
    trap '' USR1
    kill -s "$signal" "$child"
    (sleep 10 && kill -s KILL "$child") &
    wait "$child"
    [ -z "$folder" ] || rm -rf -- "$folder"
    kill -s KILL 0
}
trap stop USR1
(
    while read -r _ <&3; do :; done
    kill -s USR1 $$
) &
exec 3<&-

wait "$child"
exit $?
