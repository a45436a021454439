// Fills in the references of values: those of the environment, of generators and of variables.
// Part of scenarios/expansion.h, which says what for.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json_reader.h"
#include "scenarios/expansion.h"
#include "scenarios/generators.h"
#include "scenarios/template_text.h"
#include "scenarios/variables.h"

namespace roomle_sim {

// Threads: none. Lifetime: `sources` and `diagnostics` outlive it.
class ValueExpander {
 public:
  ValueExpander(const SecretSources& sources, Diagnostics& diagnostics)
      : sources_(sources), diagnostics_(diagnostics) {}

  // Until then a generator is a mistake: so that a seed does not depend on itself.
  void set_generators(Generators generators) { generators_ = std::move(generators); }

  // The value with all that is known filled in. `depth`: how deep it stands in the result.
  JsonNode expand(const JsonNode& node, Scope& scope, std::size_t depth);
  // The same of a member's value, which is then added.
  void add_member(const JsonNode::Member& member, Scope& scope, std::size_t depth, JsonNode& into);
  // Fills in all of a scope's own variables: also those that nothing refers to, so that a mistake
  // in one is always told.
  void make_ready(Scope& scope);

  // What is known only while the scenario runs, from here on. `may_defer`: whether a value may wait
  // for it.
  void set_may_defer(bool may_defer) { may_defer_ = may_defer; }
  void add_capture(const std::string& name) { captures_.insert(name); }
  // What some step captures, before or later.
  void set_all_captures(std::set<std::string> names) { all_captures_ = std::move(names); }
  void add_delivery() { any_delivery_ = true; }
  // From here on: for a mistake that was told, nobody knows all variables, captures and deliveries.
  // One that is not known may be one of those, and is no mistake.
  void set_names_missing() { names_missing_ = true; }

  [[nodiscard]] const std::vector<Replacement>& replacements() const { return replacements_; }
  [[nodiscard]] const std::vector<Location>& unresolved() const { return unresolved_; }
  [[nodiscard]] const std::set<std::string>& given_used() const { return given_used_; }
  [[nodiscard]] const std::set<std::string>& own_used() const { return own_used_; }
  [[nodiscard]] const std::set<std::string>& secrets() const { return secret_values_; }
  // Whether the result has become too large, which is told then; what follows is not worth it.
  [[nodiscard]] bool exhausted() const { return exhausted_; }

 private:
  struct Resolved {
    JsonNode value;
    Measure size;
    bool deferred = false;
    bool hidden = false;  // perhaps a secret: not shown in messages
  };

  void mistake(const Location& where, std::string message, std::string expected = {});
  bool afford(const Location& where, const Measure& size);
  static Resolved resolved(JsonNode value, bool hidden = false) {
    return {std::move(value), {1, 0, 0}, false, hidden};
  }

  JsonNode expand_text(const JsonNode& node, Scope& scope, std::size_t depth);
  JsonNode expand_whole(const JsonNode& node, const Reference& reference, Scope& scope,
                        std::size_t depth);
  JsonNode expand_mixed(const JsonNode& node, const std::vector<TextPart>& parts, Scope& scope);
  std::optional<std::string> text_of(const Resolved& resolved, const Reference& reference,
                                     const Location& where);
  void note(const Location& where, const Reference& reference, const Resolved& resolved);

  std::optional<Resolved> resolve(const Reference& reference, const Location& where, Scope& scope);
  std::optional<Resolved> resolve_environment(const Reference& reference, const Location& where);
  std::optional<Resolved> resolve_generated(const Reference& reference, const Location& where);
  std::optional<Resolved> resolve_delivery(const Reference& reference, const Location& where);
  std::optional<Resolved> resolve_capture(const Reference& reference, const Location& where);
  std::optional<Resolved> resolve_variable(const Reference& reference, const Location& where,
                                           const Scope::Found& found);
  std::optional<Resolved> defer(const Reference& reference, const Location& where);
  void report_unknown(const Reference& reference, const Location& where, const Scope& scope);
  void report_no_part(const Reference& reference, std::size_t at, const JsonNode& value,
                      const Location& where);
  bool make_ready(Variable& variable, Scope& scope, const Location& where);
  void note_secrets(const JsonNode& value, bool numbers);

  const SecretSources& sources_;
  Diagnostics& diagnostics_;
  std::optional<Generators> generators_;
  std::set<std::string, std::less<>> captures_;
  std::set<std::string> all_captures_;
  bool any_delivery_ = false;
  bool names_missing_ = false;
  bool may_defer_ = false;
  bool secret_ = false;  // inside of a member that holds secrets
  bool hidden_ = false;  // something that may be a secret was looked at
  bool exhausted_ = false;
  std::size_t variables_deep_ = 0;
  std::size_t nodes_ = 0;
  std::size_t text_ = 0;
  std::vector<Replacement> replacements_;
  std::vector<Location> unresolved_;
  std::set<std::string> given_used_;
  std::set<std::string> own_used_;
  std::set<std::string> secret_values_;
};

}  // namespace roomle_sim
