#include "fuzz/session/configuration.hpp"

#include <nlohmann/json.hpp>

namespace diptych::fuzz {

std::string to_json(const Configuration& c) {
  return nlohmann::json{{"guest", std::string(name_of(c.guest))},
                        {"subjects", c.subjects},
                        {"oracles", c.oracles},
                        {"runs", c.runs},
                        {"seconds", c.seconds},
                        {"seed", c.seed},
                        {"corpus", c.corpus.string()},
                        {"out", c.out.string()},
                        {"mix", c.mix},
                        {"quirks", c.quirks},
                        {"allow_uncompared", c.allow_uncompared}}
      .dump();
}

Result<Configuration> configuration_from_json(std::string_view text) {
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    Configuration c;
    const std::optional<Guest> guest = guest_named(json.at("guest").get<std::string>());
    if (!guest) return fail(ErrorKind::bad_input, "the worker was given an unknown guest");
    c.guest = *guest;
    c.subjects = json.at("subjects");
    c.oracles = json.at("oracles");
    c.runs = json.at("runs");
    c.seconds = json.at("seconds");
    c.seed = json.at("seed");
    c.corpus = json.at("corpus").get<std::string>();
    c.out = json.at("out").get<std::string>();
    c.mix = json.at("mix");
    c.quirks = json.at("quirks");
    c.allow_uncompared = json.at("allow_uncompared");
    return c;
  } catch (const std::exception& error) {
    return fail(ErrorKind::bad_input, std::string("the worker's configuration: ") + error.what());
  }
}

}  // namespace diptych::fuzz
