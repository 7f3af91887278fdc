"""openai for Python: prints what it saw of the mock server."""

import asyncio
import inspect
import json
import math
import os
import time
from typing import List, Literal

import openai
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

MODEL = "gpt-4o-mini"
WANTED = "Reply with exactly this text: Good morning."
WEATHER = "What is the weather in Lisbon?"
MESSAGES = [{"role": "user", "content": WANTED}]
PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
TOOL = {
    "name": "get_weather",
    "description": "The weather in a city.",
    "parameters": PARAMETERS,
    "strict": True,
}
CHAT_TOOLS = [{"type": "function", "function": TOOL}]

# Strict: what the server sends must be what the SDK's types say, with nothing missing.
client = OpenAI(_strict_response_validation=True)
# A vector in base64 is what this SDK asks for by default, and not what its own types say.
embedder = OpenAI()


class Book(BaseModel):
    title: str
    pages: int
    mood: Literal["calm", "wild"]
    tags: List[str]


def chat():
    completion = client.chat.completions.create(model=MODEL, messages=MESSAGES)
    choice = completion.choices[0]
    return said(choice.message.content, choice.finish_reason, completion.usage.completion_tokens)


async def chat_stream():
    """With the asynchronous client."""
    pieces, finish_reason, output_tokens = [], None, None
    async with AsyncOpenAI(_strict_response_validation=True) as asynchronous:
        stream = await asynchronous.chat.completions.create(
            model=MODEL, messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
        async for chunk in stream:
            if chunk.usage:
                output_tokens = chunk.usage.completion_tokens
            for choice in chunk.choices:
                if choice.delta.content:
                    pieces.append(choice.delta.content)
                finish_reason = choice.finish_reason or finish_reason
    return {**said("".join(pieces), finish_reason, output_tokens), "pieces": len(pieces)}


def tools(ask):
    """Until the model calls nothing more; `ask` gives the next message."""
    messages = [{"role": "user", "content": WEATHER}]
    called, city, rounds = [], "", 0
    while True:
        message = ask(messages)
        rounds += 1
        if not message.tool_calls:
            return loop(called, city, rounds, message.content)
        messages.append(message)
        for call in message.tool_calls:
            called.append(call.function.name)
            city = json.loads(call.function.arguments)["city"]
            result = f"18 degrees in {city}"
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})


def ask_whole(messages):
    completion = client.chat.completions.create(
        model=MODEL, messages=messages, tools=CHAT_TOOLS
    )
    return completion.choices[0].message


def ask_streamed(messages):
    """The SDK's own helper puts the pieces together."""
    with client.chat.completions.stream(
        model=MODEL, messages=messages, tools=CHAT_TOOLS
    ) as stream:
        for event in stream:
            if event.type == "tool_calls.function.arguments.done":
                assert event.parsed_arguments["city"], event
        return stream.get_final_completion().choices[0].message


def parsed():
    completion = client.chat.completions.parse(
        model=MODEL,
        messages=[{"role": "user", "content": "Describe a book."}],
        response_format=Book,
    )
    return completion.choices[0].message.parsed.model_dump()


def embedding():
    def vector_of(**more):
        answer = embedder.embeddings.create(
            model="text-embedding-3-small", input="A river.", **more
        )
        return answer.data[0].embedding

    vector = vector_of()
    floats = vector_of(encoding_format="float")
    return {
        "length": len(vector),
        "shortLength": len(vector_of(dimensions=256)),
        "norm": math.hypot(*vector),
        "sameAsFloats": len(vector) == len(floats)
        and all(abs(a - b) < 1e-6 for a, b in zip(vector, floats)),
    }


def response():
    answer = client.responses.create(model=MODEL, input=WANTED)
    return said(answer.output_text, answer.status, answer.usage.output_tokens)


def response_stream():
    events, pieces, last = [], [], None
    for event in client.responses.create(model=MODEL, input=WANTED, stream=True):
        if event.type not in events:
            events.append(event.type)
        if event.type == "response.output_text.delta":
            pieces.append(event.delta)
        if event.type == "response.completed":
            last = event.response
    whole = said("".join(pieces), last.status, last.usage.output_tokens)
    return {**whole, "pieces": len(pieces), "events": events}


def response_tools():
    given = [{"role": "user", "content": WEATHER}]
    called, city, rounds = [], "", 0
    while True:
        with client.responses.stream(
            model=MODEL, input=given, tools=[{"type": "function", **TOOL}]
        ) as stream:
            answer = stream.until_done().get_final_response()
        rounds += 1
        calls = [item for item in answer.output if item.type == "function_call"]
        if not calls:
            return loop(called, city, rounds, answer.output_text)
        for call in calls:
            called.append(call.name)
            city = json.loads(call.arguments)["city"]
            given += [
                {
                    "type": "function_call",
                    "call_id": call.call_id,
                    "name": call.name,
                    "arguments": call.arguments,
                },
                {
                    "type": "function_call_output",
                    "call_id": call.call_id,
                    "output": f"18 degrees in {city}",
                },
            ]


def response_parsed():
    answer = client.responses.parse(model=MODEL, input="Describe a book.", text_format=Book)
    return answer.output_parsed.model_dump()


def file():
    content = '{"line":"für alle"}\n'
    files = [
        client.files.create(file=(name, content.encode()), purpose="batch")
        for name in ("a.jsonl", "b.jsonl", "c.jsonl")
    ]
    ids = [one.id for one in files]
    read = client.files.content(ids[1]).text
    listed = sum(one.id in ids for one in client.files.list(limit=1))
    deleted = all(client.files.delete(id).deleted for id in ids)
    gone = failure_of(lambda: client.files.retrieve(ids[0]))["status"] == 404
    return {
        "bytes": files[0].bytes,
        "content": read,
        "listed": listed,
        "deleted": deleted and gone,
    }


def speech():
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="alloy", input="Good morning.", response_format="wav"
    ) as answer:
        sound = answer.read()
    return {"start": sound[:4].decode("latin1"), "bytes": len(sound)}


def errors():
    create = client.chat.completions.create
    stranger = client.with_options(api_key="sk-stranger-0123")
    limited = client.with_options(base_url=os.environ["PER_MINUTE_URL"], max_retries=0)

    def ask_limited():
        return limited.chat.completions.create(model=MODEL, messages=MESSAGES)

    ask_limited()
    out_of_order = [{"role": "user", "content": "It is out of order."}]
    return {
        "badRequest": failure_of(lambda: create(model=MODEL, messages=MESSAGES, temperature=3)),
        "badStream": failure_of(
            lambda: create(model=MODEL, messages=MESSAGES, frequency_penalty=5, stream=True)
        ),
        "wrongKey": failure_of(
            lambda: stranger.chat.completions.create(model=MODEL, messages=MESSAGES)
        ),
        "unknownModel": failure_of(lambda: create(model="no-such-model", messages=MESSAGES)),
        "serverError": failure_of(lambda: create(model=MODEL, messages=out_of_order)),
        "rateLimited": failure_of(ask_limited, "retry-after"),
    }


def failure_of(action, header=None):
    try:
        action()
    except openai.APIStatusError as error:
        failure = {
            "name": type(error).__name__,
            "status": error.status_code,
            "code": error.code,
            "param": error.param,
            "hasRequestId": (error.request_id or "").startswith("req_"),
        }
        if header:
            failure["retryAfter"] = error.response.headers.get(header)
        return failure
    raise AssertionError("It was answered.")


def retried():
    patient = client.with_options(base_url=os.environ["PACED_URL"])

    def ask(max_tokens):
        answer = patient.chat.completions.create(
            model=MODEL, messages=MESSAGES, max_tokens=max_tokens
        )
        return answer.choices[0].message.content

    ask(5900)
    started = time.monotonic()
    text = ask(200)
    return {"text": text, "waitedMs": (time.monotonic() - started) * 1000}


def said(text, finish_reason, output_tokens):
    return {"text": text, "finishReason": finish_reason, "outputTokens": output_tokens}


def loop(called, city, rounds, text):
    return {"called": called, "city": city, "rounds": rounds, "text": text}


def main():
    parts = {
        "chat": chat,
        "chatStream": chat_stream,
        "tools": lambda: tools(ask_whole),
        "toolsStream": lambda: tools(ask_streamed),
        "parsed": parsed,
        "embedding": embedding,
        "response": response,
        "responseStream": response_stream,
        "responseTools": response_tools,
        "responseParsed": response_parsed,
        "file": file,
        "speech": speech,
        "models": lambda: [model.id for model in client.models.list()],
        "errors": errors,
        "retried": retried,
    }
    verdict = {"sdk": f"openai {openai.__version__}"}
    for name, part in parts.items():
        verdict[name] = asyncio.run(part()) if inspect.iscoroutinefunction(part) else part()
    print(json.dumps(verdict))


main()
