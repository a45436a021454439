// Bytes as a token, in its second line the time at which it was made; and as a plaintext.
#include "sender/token.h"
#include "sender/token_identify.h"
#include "tests/fuzz/fuzzing.h"

using namespace roomle_sim;

namespace {

const Secret kSecret("a-Secr3t_Str1ng!");  // the published one, of the seeds
const Secret kOther("000102030405060708090a0b0c0d0e0f");

constexpr IvMode kIvModes[] = {IvMode::prefix, IvMode::zero, IvMode::key, IvMode::fixed};

TokenSettings settings_with(IvMode iv, KeyForm key) {
  TokenSettings settings;
  settings.iv = iv;
  settings.key = key;
  settings.fixed_iv = "sixteen bytes iv";
  return settings;
}

void read(std::string_view token) {
  for (const IvMode iv : kIvModes) {
    const TokenSettings settings = settings_with(iv, KeyForm::raw);
    const auto plaintext = decrypt_token(token, kSecret, settings);
    const auto content = read_token(token, kSecret, settings);
    fuzz::require(plaintext || !plaintext.error().message.empty(), "a refusal says why");
    fuzz::require(!content || plaintext, "what can be read can be decrypted");
    fuzz::require(!content || format_plaintext(*content) == *plaintext,
                  "the parts of a plaintext make up the whole");
  }
}

void identify(std::string_view token, std::string_view made_at) {
  const auto result = identify_token(token, {kSecret, kOther, std::string(made_at)});
  if (!result) return;
  for (const TokenFinding& finding : result->findings) {
    if (finding.certainty == Certainty::key_only) continue;
    const Secret& secret = finding.by_default_secret ? kOther : kSecret;
    const auto plaintext = decrypt_token(token, secret, finding.settings);
    fuzz::require(plaintext && *plaintext == finding.plaintext,
                  "the settings that were found decrypt the token");
  }
}

// Any bytes come back.
void there_and_back(std::string_view plaintext) {
  for (const IvMode iv : kIvModes) {
    for (const auto algorithm :
         {TokenAlgorithm::aes_cbc, TokenAlgorithm::aes_ecb, TokenAlgorithm::plain}) {
      if (plaintext.empty() && algorithm == TokenAlgorithm::plain) continue;  // refused as cut
      TokenSettings settings = settings_with(iv, KeyForm::sha256);
      settings.algorithm = algorithm;
      settings.url_form = plaintext.size() % 2 == 1;
      const auto token = encrypt_token(plaintext, kSecret, settings);
      fuzz::require(token.ok(), "any plaintext can be encrypted");
      const auto back = decrypt_token(*token, kSecret, settings);
      fuzz::require(back && *back == plaintext, "what was encrypted is decrypted");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::to_text(bytes, size);
  const std::size_t line = text.find('\n');
  const std::string_view token = text.substr(0, line);
  read(token);
  identify(token, line == std::string_view::npos ? std::string_view() : text.substr(line + 1));
  there_and_back(token);
  return 0;
}
