# Sourced by the suites beside it: a lenient mock server of this repository for as long as the script runs.
# Sets TEST_API_BASE_URL and WORK, a folder that is removed at the end.
set -uo pipefail
REPOSITORY=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
WORK=$(mktemp -d)

# MOCK_COMMAND: another way to start it, such as `node dist/cli/main.js serve`.
(
  cd "$REPOSITORY" || exit
  exec ${MOCK_COMMAND:-node --import tsx cli/main.ts serve} --port 0 --lenient \
    --ttft 0 --itl 0 --tokens 8 --batch-time 0 --log-level error >"$WORK/server.txt"
) &
SERVER=$!
stop_server() {
  kill -INT "$SERVER" 2>/dev/null && wait "$SERVER" 2>/dev/null
  rm -rf "$WORK"
}
trap stop_server EXIT

for _ in $(seq 100); do
  TEST_API_BASE_URL=$(sed -n 's/^export OPENAI_BASE_URL=//p' "$WORK/server.txt")
  [ -n "$TEST_API_BASE_URL" ] && break
  kill -0 "$SERVER" 2>/dev/null || break
  sleep 0.2
done
[ -n "$TEST_API_BASE_URL" ] || { echo 'the mock server did not start'; exit 1; }
export TEST_API_BASE_URL
