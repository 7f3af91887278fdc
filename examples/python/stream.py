#!/usr/bin/env python3
"""Streams a chat from OPENAI_BASE_URL, then says how long its first token took. Standard library only.

    npx tokadence serve &
    OPENAI_BASE_URL=http://127.0.0.1:4010/v1 python3 examples/python/stream.py 'Why do streams feel fast?'
"""

import json
import os
import sys
import time
import urllib.request

base_url = os.environ.get("OPENAI_BASE_URL", "http://127.0.0.1:4010/v1")
prompt = " ".join(sys.argv[1:]) or "Why do streams feel fast?"

request = urllib.request.Request(
    f"{base_url}/chat/completions",
    data=json.dumps(
        {
            "model": "gpt-4o-mini",
            "messages": [{"role": "user", "content": prompt}],
            "stream": True,
        }
    ).encode(),
    headers={
        "content-type": "application/json",
        "authorization": f"Bearer {os.environ.get('OPENAI_API_KEY', 'sk-tokadence')}",
    },
)

sent_at = time.monotonic()
ttft = None
with urllib.request.urlopen(request, timeout=60) as response:
    for line in response:
        if not line.startswith(b"data:"):
            continue
        data = line[len(b"data:") :].strip()
        if data == b"[DONE]":
            break
        choices = json.loads(data)["choices"]
        text = choices[0]["delta"].get("content") if choices else None
        if text:
            if ttft is None:
                ttft = time.monotonic() - sent_at
            print(text, end="", flush=True)

print()
if ttft is None:
    sys.exit("No token came.")
print(f"TTFT {ttft * 1000:.0f} ms", file=sys.stderr)
