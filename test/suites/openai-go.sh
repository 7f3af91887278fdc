#!/usr/bin/env bash
# The tests of openai-go that ask a server, against a lenient mock server. The release of the day of the
# `openai` package in package.json.
#
#   test/suites/openai-go.sh [go test arguments, e.g. -run Chat]
#
# Needs Go and its module proxy. OPENAI_GO names another release.
VERSION=${OPENAI_GO:-v3.46.0}
. "$(dirname "${BASH_SOURCE[0]}")/with-server.sh"

MODULE=github.com/openai/openai-go/v3
cd "$WORK" || exit 1
FOLDER=$(GOFLAGS=-mod=mod go mod download -json "$MODULE@$VERSION" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
[ -d "$FOLDER" ] || { echo "$MODULE@$VERSION cannot be had"; exit 1; }
cp -R "$FOLDER" openai && chmod -R u+w openai && cd openai || exit 1

# Of its packages, those whose tests ask a server; of their tests, those that do.
FILES=$(grep -rl TEST_API_BASE_URL --include='*_test.go' .)
TESTS=$(sed -n 's/^func \(Test[A-Za-z0-9_]*\)(.*/\1/p' $FILES | sort -u | paste -sd '|' -)
PACKAGES=$(dirname $FILES | sort -u)
go test -count=1 -v -run "^($TESTS)\$" $PACKAGES "$@" >"$WORK/results.txt" 2>&1
CODE=$?
grep -vE '^(=== |    --- PASS|--- PASS|--- SKIP|PASS|ok |\?)' "$WORK/results.txt" | head -n 200
count() { grep -c "^--- $1" "$WORK/results.txt"; }
echo "$(count FAIL) failed, $(count PASS) passed, $(count SKIP) skipped"
exit $CODE
