#!/usr/bin/env bash
# The API tests of openai-python against a lenient mock server: every answer must be of the type that the
# package declares, in its strict mode. The release of the day of the `openai` package in package.json.
#
#   test/suites/openai-python.sh [pytest arguments, e.g. -k chat]
#
# Needs Python 3.10 and PyPI. OPENAI_PYTHON names another release, OPENAI_PYTHON_SDIST its archive on disk.
VERSION=${OPENAI_PYTHON:-2.48.0}
. "$(dirname "${BASH_SOURCE[0]}")/with-server.sh"

python3 -m venv "$WORK/venv" || exit 1
PIP="$WORK/venv/bin/pip --quiet --disable-pip-version-check"
# What the tests need, and the package itself; the package is run from its sources, where the tests are.
$PIP install pytest==9.2.0 pytest-asyncio==1.5.0 rich==15.0.0 respx==0.23.1 httpx==0.28.1 httpx2==2.16.2 \
  aiohttp==3.14.5 httpx-aiohttp==0.2.0 pydantic==2.14.3 anyio==4.16.0 distro==1.9.0 sniffio==1.3.1 \
  jiter==0.19.0 tqdm==4.70.1 typing-extensions==4.16.0 || exit 1
SDIST=${OPENAI_PYTHON_SDIST:-}
if [ -z "$SDIST" ]; then
  $PIP download --no-deps --no-binary openai --dest "$WORK" "openai==$VERSION" || exit 1
  SDIST=$WORK/openai-$VERSION.tar.gz
fi
mkdir "$WORK/openai" && tar -xzf "$SDIST" -C "$WORK/openai" --strip-components 1 || exit 1

cd "$WORK/openai" || exit 1
# Its own options run it in parallel and take every warning of a newer library for an error.
PYTHONPATH=src:. "$WORK/venv/bin/python" -m pytest tests/api_resources -q --tb=line -o addopts= \
  -p no:cacheprovider -W ignore --show-capture=no "$@"
