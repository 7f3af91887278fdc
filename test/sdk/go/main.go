// openai for Go: prints what it saw of the mock server.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"math"
	"net/http"
	"os"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"
)

const (
	module  = "github.com/openai/openai-go/v3"
	model   = "gpt-4o-mini"
	wanted  = "Reply with exactly this text: Good morning."
	weather = "What is the weather in Lisbon?"
)

type object = map[string]any

var (
	ctx      = context.Background()
	client   = openai.NewClient()
	messages = []openai.ChatCompletionMessageParamUnion{openai.UserMessage(wanted)}
)

var parameters = object{
	"type":                 "object",
	"properties":           object{"city": object{"type": "string"}},
	"required":             []string{"city"},
	"additionalProperties": false,
}

type book struct {
	Title string   `json:"title"`
	Pages int      `json:"pages"`
	Mood  string   `json:"mood"`
	Tags  []string `json:"tags"`
}

var bookSchema = object{
	"type": "object",
	"properties": object{
		"title": object{"type": "string"},
		"pages": object{"type": "integer"},
		"mood":  object{"type": "string", "enum": []string{"calm", "wild"}},
		"tags":  object{"type": "array", "items": object{"type": "string"}},
	},
	"required":             []string{"title", "pages", "mood", "tags"},
	"additionalProperties": false,
}

func main() {
	verdict := object{
		"sdk":            "openai-go " + version(),
		"chat":           chat(),
		"chatStream":     chatStream(),
		"tools":          tools(askWhole),
		"toolsStream":    tools(askStreamed),
		"parsed":         parsed(),
		"embedding":      embedding(),
		"response":       response(),
		"responseStream": responseStream(),
		"responseTools":  responseTools(),
		"responseParsed": responseParsed(),
		"file":           file(),
		"speech":         speech(),
		"models":         models(),
		"errors":         failures(),
		"retried":        retried(),
	}
	must(0, json.NewEncoder(os.Stdout).Encode(verdict))
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return dependency.Version
		}
	}
	return "unknown"
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func asking(messages []openai.ChatCompletionMessageParamUnion) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{Model: model, Messages: messages}
}

func said(text string, finishReason string, outputTokens int64) object {
	return object{"text": text, "finishReason": finishReason, "outputTokens": outputTokens}
}

func loop(called []string, city string, rounds int, text string) object {
	return object{"called": called, "city": city, "rounds": rounds, "text": text}
}

func cityIn(arguments string) string {
	var given struct{ City string }
	must(0, json.Unmarshal([]byte(arguments), &given))
	return given.City
}

func chat() object {
	completion := must(client.Chat.Completions.New(ctx, asking(messages)))
	choice := completion.Choices[0]
	return said(choice.Message.Content, choice.FinishReason, completion.Usage.CompletionTokens)
}

func chatStream() object {
	body := asking(messages)
	body.StreamOptions.IncludeUsage = openai.Bool(true)
	stream := client.Chat.Completions.NewStreaming(ctx, body)
	var pieces []string
	var finishReason string
	var outputTokens int64
	for stream.Next() {
		chunk := stream.Current()
		if chunk.Usage.CompletionTokens > 0 {
			outputTokens = chunk.Usage.CompletionTokens
		}
		for _, choice := range chunk.Choices {
			if choice.Delta.Content != "" {
				pieces = append(pieces, choice.Delta.Content)
			}
			if choice.FinishReason != "" {
				finishReason = choice.FinishReason
			}
		}
	}
	must(0, stream.Err())
	whole := said(strings.Join(pieces, ""), finishReason, outputTokens)
	whole["pieces"] = len(pieces)
	return whole
}

// Until the model calls nothing more.
func tools(ask func(openai.ChatCompletionNewParams) openai.ChatCompletionMessage) object {
	body := asking([]openai.ChatCompletionMessageParamUnion{openai.UserMessage(weather)})
	body.Tools = []openai.ChatCompletionToolUnionParam{
		openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{
			Name:        "get_weather",
			Description: openai.String("The weather in a city."),
			Parameters:  parameters,
			Strict:      openai.Bool(true),
		}),
	}
	var called []string
	var city string
	for rounds := 1; ; rounds++ {
		message := ask(body)
		if len(message.ToolCalls) == 0 {
			return loop(called, city, rounds, message.Content)
		}
		body.Messages = append(body.Messages, message.ToParam())
		for _, call := range message.ToolCalls {
			called = append(called, call.Function.Name)
			city = cityIn(call.Function.Arguments)
			body.Messages = append(body.Messages, openai.ToolMessage("18 degrees in "+city, call.ID))
		}
	}
}

func askWhole(body openai.ChatCompletionNewParams) openai.ChatCompletionMessage {
	return must(client.Chat.Completions.New(ctx, body)).Choices[0].Message
}

// The SDK's own accumulator puts the pieces together.
func askStreamed(body openai.ChatCompletionNewParams) openai.ChatCompletionMessage {
	stream := client.Chat.Completions.NewStreaming(ctx, body)
	accumulator := openai.ChatCompletionAccumulator{}
	for stream.Next() {
		if !accumulator.AddChunk(stream.Current()) {
			log.Fatalf("not to be added: %s", stream.Current().RawJSON())
		}
	}
	must(0, stream.Err())
	return accumulator.Choices[0].Message
}

func parsed() (read book) {
	body := asking([]openai.ChatCompletionMessageParamUnion{openai.UserMessage("Describe a book.")})
	body.ResponseFormat.OfJSONSchema = &shared.ResponseFormatJSONSchemaParam{
		JSONSchema: shared.ResponseFormatJSONSchemaJSONSchemaParam{
			Name: "book", Schema: bookSchema, Strict: openai.Bool(true),
		},
	}
	must(0, json.Unmarshal([]byte(askWhole(body).Content), &read))
	return read
}

func embedding() object {
	body := openai.EmbeddingNewParams{
		Model: "text-embedding-3-small",
		Input: openai.EmbeddingNewParamsInputUnion{OfString: openai.String("A river.")},
	}
	vector := must(client.Embeddings.New(ctx, body)).Data[0].Embedding
	var sum float64
	for _, x := range vector {
		sum += x * x
	}
	body.Dimensions = openai.Int(256)
	short := must(client.Embeddings.New(ctx, body)).Data[0].Embedding
	return object{"length": len(vector), "shortLength": len(short), "norm": math.Sqrt(sum)}
}

func responding(input string) responses.ResponseNewParams {
	return responses.ResponseNewParams{
		Model: model,
		Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(input)},
	}
}

func response() object {
	answer := must(client.Responses.New(ctx, responding(wanted)))
	return said(answer.OutputText(), string(answer.Status), answer.Usage.OutputTokens)
}

func responseStream() object {
	stream := client.Responses.NewStreaming(ctx, responding(wanted))
	var events, pieces []string
	var last responses.Response
	for stream.Next() {
		event := stream.Current()
		if !slices.Contains(events, event.Type) {
			events = append(events, event.Type)
		}
		switch event := event.AsAny().(type) {
		case responses.ResponseTextDeltaEvent:
			pieces = append(pieces, event.Delta)
		case responses.ResponseCompletedEvent:
			last = event.Response
		}
	}
	must(0, stream.Err())
	whole := said(strings.Join(pieces, ""), string(last.Status), last.Usage.OutputTokens)
	whole["pieces"] = len(pieces)
	whole["events"] = events
	return whole
}

// Each round is told of the one before by its id.
func responseTools() object {
	body := responding(weather)
	body.Tools = []responses.ToolUnionParam{{OfFunction: &responses.FunctionToolParam{
		Name: "get_weather", Parameters: parameters, Strict: openai.Bool(true),
	}}}
	var called []string
	var city string
	for rounds := 1; ; rounds++ {
		answer := must(client.Responses.New(ctx, body))
		var results responses.ResponseInputParam
		for _, item := range answer.Output {
			if call, ok := item.AsAny().(responses.ResponseFunctionToolCall); ok {
				called = append(called, call.Name)
				city = cityIn(call.Arguments)
				result := responses.ResponseInputItemParamOfFunctionCallOutput("18 degrees in " + city)
				result.OfFunctionCallOutput.CallID = openai.String(call.CallID)
				results = append(results, result)
			}
		}
		if len(results) == 0 {
			return loop(called, city, rounds, answer.OutputText())
		}
		body.PreviousResponseID = openai.String(answer.ID)
		body.Input = responses.ResponseNewParamsInputUnion{OfInputItemList: results}
	}
}

func responseParsed() (read book) {
	body := responding("Describe a book.")
	format := responses.ResponseFormatTextConfigParamOfJSONSchema("book", bookSchema)
	format.OfJSONSchema.Strict = openai.Bool(true)
	body.Text.Format = format
	answer := must(client.Responses.New(ctx, body))
	must(0, json.Unmarshal([]byte(answer.OutputText()), &read))
	return read
}

func file() object {
	const content = "{\"line\":\"für alle\"}\n"
	var ids []string
	var size int64
	for _, name := range []string{"a.jsonl", "b.jsonl", "c.jsonl"} {
		made := must(client.Files.New(ctx, openai.FileNewParams{
			File:    openai.File(strings.NewReader(content), name, "application/jsonl"),
			Purpose: openai.FilePurposeBatch,
		}))
		ids = append(ids, made.ID)
		size = made.Bytes
	}
	read := bytesOf(must(client.Files.Content(ctx, ids[1])))
	listed := 0
	pager := client.Files.ListAutoPaging(ctx, openai.FileListParams{Limit: openai.Int(1)})
	for pager.Next() {
		if slices.Contains(ids, pager.Current().ID) {
			listed++
		}
	}
	must(0, pager.Err())
	deleted := true
	for _, id := range ids {
		deleted = deleted && must(client.Files.Delete(ctx, id)).Deleted
	}
	_, gone := client.Files.Get(ctx, ids[0])
	deleted = deleted && failureOf(gone)["status"] == http.StatusNotFound
	return object{"bytes": size, "content": string(read), "listed": listed, "deleted": deleted}
}

func speech() object {
	sound := bytesOf(must(client.Audio.Speech.New(ctx, openai.AudioSpeechNewParams{
		Model:          "gpt-4o-mini-tts",
		Voice:          openai.AudioSpeechNewParamsVoiceUnion{OfString: openai.String("alloy")},
		Input:          "Good morning.",
		ResponseFormat: openai.AudioSpeechNewParamsResponseFormatWAV,
	})))
	return object{"start": string(sound[:4]), "bytes": len(sound)}
}

func bytesOf(answer *http.Response) []byte {
	defer answer.Body.Close()
	var read bytes.Buffer
	must(io.Copy(&read, answer.Body))
	return read.Bytes()
}

func models() (names []string) {
	pager := client.Models.ListAutoPaging(ctx)
	for pager.Next() {
		names = append(names, pager.Current().ID)
	}
	must(0, pager.Err())
	return names
}

func failures() object {
	ask := func(change func(*openai.ChatCompletionNewParams), opts ...option.RequestOption) error {
		body := asking(messages)
		change(&body)
		_, err := client.Chat.Completions.New(ctx, body, opts...)
		return err
	}
	same := func(*openai.ChatCompletionNewParams) {}
	tooHot := func(body *openai.ChatCompletionNewParams) { body.Temperature = openai.Float(3) }
	unknown := func(body *openai.ChatCompletionNewParams) { body.Model = "no-such-model" }
	outOfOrder := func(body *openai.ChatCompletionNewParams) {
		body.Messages = []openai.ChatCompletionMessageParamUnion{
			openai.UserMessage("It is out of order."),
		}
	}
	limited := []option.RequestOption{
		option.WithBaseURL(os.Getenv("PER_MINUTE_URL")), option.WithMaxRetries(0),
	}

	badStream := asking(messages)
	badStream.FrequencyPenalty = openai.Float(5)
	stream := client.Chat.Completions.NewStreaming(ctx, badStream)
	for stream.Next() {
		log.Fatal("it streamed")
	}

	must(0, ask(same, limited...))
	refused := ask(same, limited...)
	rateLimited := failureOf(refused)
	var apiError *openai.Error
	if errors.As(refused, &apiError) {
		rateLimited["retryAfter"] = apiError.Response.Header.Get("retry-after")
	}
	return object{
		"badRequest":   failureOf(ask(tooHot)),
		"badStream":    failureOf(stream.Err()),
		"wrongKey":     failureOf(ask(same, option.WithAPIKey("sk-stranger-0123"))),
		"unknownModel": failureOf(ask(unknown)),
		"serverError":  failureOf(ask(outOfOrder)),
		"rateLimited":  rateLimited,
	}
}

func failureOf(err error) object {
	var apiError *openai.Error
	if !errors.As(err, &apiError) {
		log.Fatal("not an API error: ", err)
	}
	return object{
		"name":         reflect.TypeOf(*apiError).Name(),
		"status":       apiError.StatusCode,
		"code":         orNull(apiError.Code),
		"param":        orNull(apiError.Param),
		"hasRequestId": strings.HasPrefix(apiError.Response.Header.Get("x-request-id"), "req_"),
	}
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func retried() object {
	patient := openai.NewClient(option.WithBaseURL(os.Getenv("PACED_URL")))
	ask := func(maxTokens int64) string {
		body := asking(messages)
		body.MaxTokens = openai.Int(maxTokens)
		return must(patient.Chat.Completions.New(ctx, body)).Choices[0].Message.Content
	}
	ask(5900)
	started := time.Now()
	text := ask(200)
	return object{"text": text, "waitedMs": float64(time.Since(started).Microseconds()) / 1000}
}
