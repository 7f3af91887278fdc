import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.MultipartField;
import com.openai.core.ObjectMappers;
import com.openai.core.http.HttpResponse;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIServiceException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.audio.speech.SpeechCreateParams;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileListParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseStreamEvent;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** openai for Java: prints what it saw of the mock server. */
public final class Check {
    private static final String MODEL = "gpt-4o-mini";
    private static final String WANTED = "Reply with exactly this text: Good morning.";
    private static final String WEATHER = "What is the weather in Lisbon?";
    private static final String BOOK = "Describe a book.";

    public enum Mood { calm, wild }

    public static class Book {
        public String title;
        public int pages;
        public Mood mood;
        public List<String> tags;
    }

    @JsonTypeName("get_weather")
    @JsonClassDescription("The weather in a city.")
    public static class GetWeather {
        public String city;
    }

    private record Said(String text, String finishReason, long outputTokens) {}

    private record Streamed(String text, String finishReason, long outputTokens, int pieces) {}

    private record Events(
            String text, String finishReason, long outputTokens, int pieces, Set<String> events) {}

    private record Loop(List<String> called, String city, int rounds, String text) {}

    private record Embedding(int length, int shortLength, double norm, boolean sameAsFloats) {}

    private record StoredFile(long bytes, String content, int listed, boolean deleted) {}

    private record Speech(String start, int bytes) {}

    private record Failure(
            String name, int status, String code, String param, boolean hasRequestId) {}

    private record Limited(
            String name,
            int status,
            String code,
            String param,
            boolean hasRequestId,
            String retryAfter) {}

    private record Retried(String text, long waitedMs) {}

    /** Validates what it reads: nothing may be missing of what the SDK's types say. */
    private final OpenAIClient client =
            OpenAIOkHttpClient.builder().fromEnv().responseValidation(true).build();

    public static void main(String[] args) throws Exception {
        Check check = new Check();
        Map<String, Object> verdict = new LinkedHashMap<>();
        verdict.put("sdk", "openai-java " + OpenAIClient.class.getPackage().getImplementationVersion());
        verdict.put("chat", check.chat());
        verdict.put("chatStream", check.chatStream());
        verdict.put("tools", check.tools(check::askWhole));
        verdict.put("toolsStream", check.tools(check::askStreamed));
        verdict.put("parsed", check.parsed());
        verdict.put("embedding", check.embedding());
        verdict.put("response", check.response());
        verdict.put("responseStream", check.responseStream());
        verdict.put("responseTools", check.responseTools());
        verdict.put("responseParsed", check.responseParsed());
        verdict.put("file", check.file());
        verdict.put("speech", check.speech());
        verdict.put("models", check.models());
        verdict.put("errors", check.errors());
        verdict.put("retried", check.retried());
        System.out.writeBytes(new ObjectMapper().writeValueAsBytes(verdict));
        System.out.flush();
        // The SDK's threads would keep the process for a minute.
        System.exit(0);
    }

    private static ChatCompletionCreateParams.Builder asking(String words) {
        return ChatCompletionCreateParams.builder().model(MODEL).addUserMessage(words);
    }

    private static ResponseCreateParams.Builder responding(String words) {
        return ResponseCreateParams.builder().model(MODEL).input(words);
    }

    private Said chat() {
        ChatCompletion completion = client.chat().completions().create(asking(WANTED).build());
        ChatCompletion.Choice choice = completion.choices().get(0);
        return new Said(
                choice.message().content().orElse(""),
                choice.finishReason().asString(),
                completion.usage().orElseThrow().completionTokens());
    }

    private Streamed chatStream() {
        ChatCompletionCreateParams params = asking(WANTED)
                .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();
        List<String> pieces = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        List<Long> tokens = new ArrayList<>();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params)) {
            stream.stream().forEach(chunk -> {
                chunk.usage().ifPresent(usage -> tokens.add(usage.completionTokens()));
                for (ChatCompletionChunk.Choice choice : chunk.choices()) {
                    choice.delta().content().filter(piece -> !piece.isEmpty()).ifPresent(pieces::add);
                    choice.finishReason().ifPresent(reason -> reasons.add(reason.asString()));
                }
            });
        }
        String text = String.join("", pieces);
        return new Streamed(text, String.join(" ", reasons), tokens.get(0), pieces.size());
    }

    /** Until the model calls nothing more. */
    private Loop tools(Function<ChatCompletionCreateParams, ChatCompletionMessage> ask) {
        ChatCompletionCreateParams.Builder params = asking(WEATHER).addTool(GetWeather.class);
        List<String> called = new ArrayList<>();
        String city = "";
        for (int rounds = 1; ; rounds++) {
            ChatCompletionMessage message = ask.apply(params.build());
            var calls = message.toolCalls().orElse(List.of());
            if (calls.isEmpty()) {
                return new Loop(called, city, rounds, message.content().orElse(""));
            }
            params.addMessage(message);
            for (var call : calls) {
                var function = call.asFunction().function();
                called.add(function.name());
                city = function.arguments(GetWeather.class).city;
                params.addMessage(ChatCompletionToolMessageParam.builder()
                        .toolCallId(call.asFunction().id())
                        .content("18 degrees in " + city)
                        .build());
            }
        }
    }

    private ChatCompletionMessage askWhole(ChatCompletionCreateParams params) {
        return client.chat().completions().create(params).choices().get(0).message();
    }

    /** The SDK's own accumulator puts the pieces together. */
    private ChatCompletionMessage askStreamed(ChatCompletionCreateParams params) {
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params)) {
            stream.stream().forEach(accumulator::accumulate);
        }
        return accumulator.chatCompletion().choices().get(0).message();
    }

    private Book parsed() {
        var params = asking(BOOK).responseFormat(Book.class).build();
        return client.chat().completions().create(params).choices().get(0).message().content().orElseThrow();
    }

    private Embedding embedding() {
        List<Float> vector = vector(params -> params);
        List<Float> floats =
                vector(params -> params.encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT));
        int shortLength = vector(params -> params.dimensions(256)).size();
        double sum = vector.stream().mapToDouble(x -> x * x).sum();
        return new Embedding(vector.size(), shortLength, Math.sqrt(sum), vector.equals(floats));
    }

    private List<Float> vector(UnaryOperator<EmbeddingCreateParams.Builder> change) {
        var params = EmbeddingCreateParams.builder().model("text-embedding-3-small").input("A river.");
        return client.embeddings().create(change.apply(params).build()).data().get(0).embedding();
    }

    private Said response() {
        Response answer = client.responses().create(responding(WANTED).build());
        return new Said(textOf(answer), statusOf(answer), answer.usage().orElseThrow().outputTokens());
    }

    private static String textOf(Response answer) {
        return answer.output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .flatMap(content -> content.outputText().stream())
                .map(text -> text.text())
                .collect(Collectors.joining());
    }

    private static String statusOf(Response answer) {
        return answer.status().orElseThrow().asString();
    }

    private Events responseStream() {
        Set<String> events = new LinkedHashSet<>();
        List<String> pieces = new ArrayList<>();
        List<Response> last = new ArrayList<>();
        try (StreamResponse<ResponseStreamEvent> stream =
                client.responses().createStreaming(responding(WANTED).build())) {
            stream.stream().forEach(event -> {
                events.add(ObjectMappers.jsonMapper().valueToTree(event).get("type").asText());
                event.outputTextDelta().ifPresent(delta -> pieces.add(delta.delta()));
                event.completed().ifPresent(completed -> last.add(completed.response()));
            });
        }
        Response answer = last.get(0);
        long tokens = answer.usage().orElseThrow().outputTokens();
        return new Events(String.join("", pieces), statusOf(answer), tokens, pieces.size(), events);
    }

    private Loop responseTools() {
        List<ResponseInputItem> input = new ArrayList<>();
        input.add(ResponseInputItem.ofEasyInputMessage(EasyInputMessage.builder()
                .role(EasyInputMessage.Role.USER)
                .content(WEATHER)
                .build()));
        List<String> called = new ArrayList<>();
        String city = "";
        for (int rounds = 1; ; rounds++) {
            Response answer = client.responses().create(ResponseCreateParams.builder()
                    .model(MODEL)
                    .inputOfResponse(input)
                    .addTool(GetWeather.class)
                    .build());
            boolean isOver = true;
            for (ResponseOutputItem item : answer.output()) {
                if (!item.isFunctionCall()) continue;
                var call = item.asFunctionCall();
                isOver = false;
                called.add(call.name());
                city = call.arguments(GetWeather.class).city;
                input.add(ResponseInputItem.ofFunctionCall(call));
                input.add(ResponseInputItem.ofFunctionCallOutput(ResponseInputItem.FunctionCallOutput.builder()
                        .callId(call.callId())
                        .output("18 degrees in " + city)
                        .build()));
            }
            if (isOver) return new Loop(called, city, rounds, textOf(answer));
        }
    }

    private Book responseParsed() {
        var params = responding(BOOK).text(Book.class).build();
        return client.responses().create(params).output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .flatMap(content -> content.outputText().stream())
                .findFirst()
                .orElseThrow();
    }

    private StoredFile file() throws Exception {
        byte[] content = "{\"line\":\"für alle\"}\n".getBytes(StandardCharsets.UTF_8);
        List<String> ids = new ArrayList<>();
        long bytes = 0;
        for (String name : List.of("a.jsonl", "b.jsonl", "c.jsonl")) {
            FileObject made = client.files().create(FileCreateParams.builder()
                    .file(MultipartField.<InputStream>builder()
                            .value(new ByteArrayInputStream(content))
                            .filename(name)
                            .build())
                    .purpose(FilePurpose.BATCH)
                    .build());
            ids.add(made.id());
            bytes = made.bytes();
        }
        String read = new String(bytesOf(client.files().content(ids.get(1))), StandardCharsets.UTF_8);
        int listed = 0;
        for (FileObject one : client.files().list(FileListParams.builder().limit(1).build()).autoPager()) {
            if (ids.contains(one.id())) listed++;
        }
        boolean deleted = true;
        for (String id : ids) deleted &= client.files().delete(id).deleted();
        deleted &= failureOf(() -> client.files().retrieve(ids.get(0))).status() == 404;
        return new StoredFile(bytes, read, listed, deleted);
    }

    private Speech speech() throws Exception {
        byte[] sound = bytesOf(client.audio().speech().create(SpeechCreateParams.builder()
                .model("gpt-4o-mini-tts")
                .voice("alloy")
                .input("Good morning.")
                .responseFormat(SpeechCreateParams.ResponseFormat.WAV)
                .build()));
        return new Speech(new String(sound, 0, 4, StandardCharsets.ISO_8859_1), sound.length);
    }

    private static byte[] bytesOf(HttpResponse answer) throws Exception {
        try (answer) {
            return answer.body().readAllBytes();
        }
    }

    private List<String> models() {
        List<String> names = new ArrayList<>();
        client.models().list().autoPager().forEach(model -> names.add(model.id()));
        return names;
    }

    private Map<String, Object> errors() {
        OpenAIClient stranger = client.withOptions(options -> options.apiKey("sk-stranger-0123"));
        OpenAIClient limited = client.withOptions(
                options -> options.baseUrl(System.getenv("PER_MINUTE_URL")).maxRetries(0));
        ask(limited, asking(WANTED));
        Map<String, Object> errors = new LinkedHashMap<>();
        errors.put("badRequest", failureOf(() -> ask(client, asking(WANTED).temperature(3))));
        errors.put("badStream", failureOf(() -> client.chat()
                .completions()
                .createStreaming(asking(WANTED).frequencyPenalty(5).build())
                .close()));
        errors.put("wrongKey", failureOf(() -> ask(stranger, asking(WANTED))));
        errors.put("unknownModel", failureOf(() -> ask(client, asking(WANTED).model("no-such-model"))));
        errors.put("serverError", failureOf(() -> ask(client, asking("It is out of order."))));
        OpenAIServiceException refused = refusalOf(() -> ask(limited, asking(WANTED)));
        Failure failure = failureIn(refused);
        errors.put("rateLimited", new Limited(
                failure.name(),
                failure.status(),
                failure.code(),
                failure.param(),
                failure.hasRequestId(),
                String.join("", refused.headers().values("retry-after"))));
        return errors;
    }

    private static String ask(OpenAIClient client, ChatCompletionCreateParams.Builder params) {
        ChatCompletion completion = client.chat().completions().create(params.build());
        return completion.choices().get(0).message().content().orElse("");
    }

    private static Failure failureOf(Runnable action) {
        return failureIn(refusalOf(action));
    }

    private static OpenAIServiceException refusalOf(Runnable action) {
        try {
            action.run();
        } catch (OpenAIServiceException error) {
            return error;
        }
        throw new IllegalStateException("It was answered.");
    }

    private static Failure failureIn(OpenAIServiceException error) {
        String requestId = String.join("", error.headers().values("x-request-id"));
        return new Failure(
                error.getClass().getSimpleName(),
                error.statusCode(),
                error.code().orElse(null),
                error.param().orElse(null),
                requestId.startsWith("req_"));
    }

    private Retried retried() {
        OpenAIClient patient = client.withOptions(options -> options.baseUrl(System.getenv("PACED_URL")));
        ask(patient, asking(WANTED).maxTokens(5900));
        long startedNs = System.nanoTime();
        String text = ask(patient, asking(WANTED).maxTokens(200));
        return new Retried(text, (System.nanoTime() - startedNs) / 1_000_000);
    }
}
