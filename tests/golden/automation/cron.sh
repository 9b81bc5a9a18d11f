#!/bin/sh
# Builds the report of a spec for cron. All is well: nothing is printed, so cron sends no mail. A build fails: the end of
# its log is printed, which cron mails, and the former report stays. Two builds never run at the same time.
# Written by `reportgen init --cron`, yours to change. Options go to `reportgen build`.
#
# cron knows none of your shell's variables; the key of W&B is read where `wandb login` has put it.
set -u
cd "$(dirname "$0")" || exit 5

SPEC=report.yaml
PYTHON='/opt/lab env/bin/python'
LIMIT=12h # a build that takes longer is stopped, and counts as failed
NAME=report-cron

for program in flock timeout; do
  command -v "$program" > /dev/null || { echo "$0: needs the program $program" >&2; exit 5; }
done

exec 9>> "$NAME.lock"
if ! flock --nonblock 9; then
  echo "$(date '+%F %T') the former build is still at work; no other is started" >> "$NAME.log"
  exit 0
fi

[ ! -f "$NAME.log" ] || { tail -n 5000 "$NAME.log" > "$NAME.kept" && mv "$NAME.kept" "$NAME.log"; }
echo "$(date '+%F %T') building $SPEC" >> "$NAME.log"
timeout --kill-after=60 "$LIMIT" "$PYTHON" -m reportgen build "$SPEC" --strict --json --verbose "$@" > "$NAME.new" 2> "$NAME.said"
status=$?
cat "$NAME.said" "$NAME.new" >> "$NAME.log"
echo "$(date '+%F %T') ended with $status" >> "$NAME.log"

if [ "$status" -eq 0 ]; then
  mv "$NAME.new" "$NAME.json"
else
  echo "The report of $PWD/$SPEC was not built; the former one stays. Exit status $status:"
  echo "1 something was warned about or withheld, 2 spec, 3 data, 4 W&B, 5 this machine, 124 longer than $LIMIT."
  echo "The end of $PWD/$NAME.log:"
  echo
  tail -n 40 "$NAME.said"
fi
rm -f "$NAME.new" "$NAME.said"
exit "$status"
