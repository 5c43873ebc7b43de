// Counts the spans of OTLP JSON with simdjson's On-Demand parser: the peer of Scripts/bench.
//   count_spans FILE         one object
//   count_spans FILE lines   one object a line
// It reads the file whole, walks to every span and looks into none, on one thread: the least that
// any reader of such a file has to do. It must be built without -pthread, or it would read ahead on a
// second one, and for this processor: On-Demand chooses its instructions when it is compiled.
#include <cstdio>
#include <simdjson.h>

using namespace simdjson;

template <class Document> static size_t spans_of(Document &document) {
  size_t count = 0;
  for (auto resource : document["resourceSpans"].get_array())
    for (auto scope : resource["scopeSpans"].get_array())
      for (auto span : scope["spans"].get_array()) (void)span, count++;
  return count;
}

static size_t count(const char *path, bool has_lines) {
  padded_string json = padded_string::load(path);
  ondemand::parser parser;
  if (!has_lines) {
    ondemand::document document = parser.iterate(json);
    return spans_of(document);
  }
  size_t result = 0;
  // The size of a batch must hold the longest line.
  ondemand::document_stream documents = parser.iterate_many(json, 16 << 20);
  for (auto document : documents) result += spans_of(document);
  return result;
}

int main(int arguments, char **values) {
  if (arguments < 2) return 64;
  try {
    printf("%zu spans\n", count(values[1], arguments > 2));
  } catch (const simdjson_error &error) {
    fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
