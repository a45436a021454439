#include "sender/token_identify.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

// So many readable bytes come out of a wrong key once in some ten million times, and then the
// padding must be right by chance too.
constexpr std::size_t kConvincing = 16;

// Stands for a first block that an unknown IV hides: the documented form's first sixteen
// characters.
constexpr std::string_view kAnyMinute = "2000-01-01T00:00";
static_assert(kAnyMinute.size() == kAesBlock);

constexpr std::array kKeyForms{KeyForm::raw, KeyForm::sha256, KeyForm::md5, KeyForm::hex,
                               KeyForm::base64};

bool readable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

bool has_documented_form(std::string_view plaintext) {
  const Result<TokenContent> content = parse_plaintext(plaintext);
  return content && readable(plaintext) && !content->session_token.empty() &&
         parse_timestamp(content->timestamp).ok();
}

std::string exclusive_or(std::string_view a, std::string_view b) {
  std::string result(a);
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<char>(a[i] ^ b[i]);
  return result;
}

// One secret and one key form, tried on the token in every way.
class Trial {
 public:
  Trial(std::string_view token, const IdentifyRequest& request, const Secret& secret,
        bool by_default_secret, TokenSettings settings)
      : token_(token),
        request_(request),
        secret_(secret),
        by_default_secret_(by_default_secret),
        settings_(std::move(settings)) {}

  void run(std::vector<TokenFinding>& findings) {
    const bool cbc = settings_.algorithm == TokenAlgorithm::aes_cbc;
    for (const IvMode iv : {IvMode::prefix, IvMode::zero, IvMode::key}) {
      if (!cbc && iv != IvMode::prefix) break;  // the others have no IV: once is enough
      const std::optional<std::string> text = decrypted(iv);
      if (text && has_documented_form(*text)) {
        return add(findings, Certainty::certain, iv, *text,
                   "the whole text is <timestamp>;<sessionToken>;<apiKey>");
      }
    }
    if (cbc && try_hidden_first_block(findings)) return;
    try_other_forms(findings);
  }

 private:
  [[nodiscard]] std::optional<std::string> decrypted(IvMode iv) const {
    TokenSettings settings = settings_;
    settings.iv = iv;
    Result<std::string, TokenError> text = decrypt_token(token_, secret_, settings);
    if (!text) return std::nullopt;
    return std::move(*text);
  }

  // None of the known IVs fits: perhaps the key does, and only the first block is spoiled.
  bool try_hidden_first_block(std::vector<TokenFinding>& findings) {
    const std::optional<std::string> spoiled = decrypted(IvMode::zero);
    if (!spoiled || spoiled->size() < kAesBlock) return false;
    const std::string rest = spoiled->substr(kAesBlock);
    if (!has_documented_form(std::string(kAnyMinute) + rest)) return false;
    if (request_.made_at.size() >= kAesBlock) {
      add_computed_iv(findings, *spoiled, rest);
    } else {
      add(findings, Certainty::key_only, IvMode::fixed, std::string(kAesBlock, '?') + rest,
          "everything behind the first block fits, so the key is right; the IV is neither "
          "prepended nor zero nor the key. It can be computed from the minute in which the token "
          "was made");
    }
    return true;
  }

  // The text may have another form than the REST API's: that of the webhook is not documented.
  void try_other_forms(std::vector<TokenFinding>& findings) {
    // The prepended IV comes last: with it, the first block of any other mode goes unseen.
    for (const IvMode iv : {IvMode::zero, IvMode::key, IvMode::prefix}) {
      const bool cbc = settings_.algorithm == TokenAlgorithm::aes_cbc;
      if (!cbc && iv != IvMode::prefix) continue;
      const std::optional<std::string> text = decrypted(iv);
      if (!text || text->size() < kConvincing || !readable(*text)) continue;
      std::string reason = "all of it is readable, but not <timestamp>;<sessionToken>;<apiKey>";
      if (cbc && iv == IvMode::prefix) {
        reason += "; or the IV is an unknown one, and sixteen more bytes stood before this text";
      }
      return add(findings, Certainty::likely, iv, *text, std::move(reason));
    }
  }

  void add_computed_iv(std::vector<TokenFinding>& findings, const std::string& spoiled,
                       const std::string& rest) {
    const std::string_view at = request_.made_at;
    const std::string minute(at.substr(0, kAesBlock));
    const std::string_view seconds = at.substr(kAesBlock);
    const bool agree =
        seconds.size() > 1 && rest.starts_with(seconds) && rest[seconds.size()] == ';';
    std::string reason = "the key is right; the IV follows from the time that was given";
    if (agree) {
      reason += ", whose seconds agree with the token's";
    } else if (!seconds.empty()) {
      reason +=
          fmt::format(", though the token's own ends in '{}'", rest.substr(0, rest.find(';')));
    }
    if (!agree) reason += ": if the minute is wrong, so is the IV (a second token will tell)";
    add(findings, agree ? Certainty::certain : Certainty::likely, IvMode::fixed, minute + rest,
        std::move(reason));
    // Decrypted with a zero IV, the first block is the text XOR the true IV.
    findings.back().settings.fixed_iv =
        exclusive_or(std::string_view(spoiled).substr(0, kAesBlock), minute);
  }

  void add(std::vector<TokenFinding>& findings, Certainty certainty, IvMode iv,
           std::string plaintext, std::string reason) {
    TokenSettings settings = settings_;
    settings.iv = iv;
    findings.push_back(
        {certainty, by_default_secret_, settings, std::move(plaintext), std::move(reason)});
  }

  std::string_view token_;
  const IdentifyRequest& request_;
  const Secret& secret_;
  bool by_default_secret_;
  TokenSettings settings_;
};

void add_notes(std::string_view token, TokenIdentification& result) {
  if (token.find_first_of("+/-_", 3) == std::string_view::npos) {
    result.notes.emplace_back(
        "this token has no '+', '/', '-' or '_': whether the URL form is used, another will tell");
  }
  if (result.algorithm == TokenAlgorithm::plain) {
    result.notes.emplace_back("a token of 03 is not encrypted: it proves nothing about its sender");
  }
  for (const TokenFinding& finding : result.findings) {
    if (finding.by_default_secret) {
      result.notes.emplace_back(
          "made with the default secret, which is no proof of its sender: does the tenant have an "
          "apiKey?");
      return;
    }
  }
}

}  // namespace

std::string_view certainty_word(Certainty certainty) {
  switch (certainty) {
    case Certainty::certain:
      return "certain";
    case Certainty::likely:
      return "likely";
    case Certainty::key_only:
      return "key_only";
  }
  return "?";
}

Result<TokenIdentification, TokenError> identify_token(std::string_view token,
                                                       const IdentifyRequest& request) {
  const Result<TokenAlgorithm, TokenError> algorithm = token_algorithm(token);
  if (!algorithm) return algorithm.error();
  TokenSettings settings;
  settings.algorithm = *algorithm;
  settings.iv = IvMode::zero;      // asks the least of the length
  settings.key = KeyForm::sha256;  // takes any secret
  const Result<std::string, TokenError> first = decrypt_token(token, request.secret, settings);
  if (!first && first.error().fault != TokenFault::padding) return first.error();

  settings = {};
  settings.algorithm = *algorithm;
  settings.url_form = token.find_first_of("-_", 3) != std::string_view::npos;
  TokenIdentification result;
  result.algorithm = *algorithm;
  if (*algorithm == TokenAlgorithm::plain) {
    Trial(token, request, request.secret, false, settings).run(result.findings);
  } else {
    for (const KeyForm key : kKeyForms) {
      settings.key = key;
      Trial(token, request, request.secret, false, settings).run(result.findings);
      if (request.default_secret) {
        Trial(token, request, *request.default_secret, true, settings).run(result.findings);
      }
    }
  }
  std::stable_sort(
      result.findings.begin(), result.findings.end(),
      [](const TokenFinding& a, const TokenFinding& b) { return a.certainty < b.certainty; });
  add_notes(token, result);
  return result;
}

}  // namespace roomle_sim
