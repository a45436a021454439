// make_seeds FIXTURES FOLDER: what each fuzz target begins with, made of the fixtures, as
// FOLDER/seeds/TARGET/NAME; and FOLDER/words, a dictionary of their words.
#include <exception>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "sender/token.h"
#include "tests/support/responses.h"

using namespace roomle_sim;

namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw std::runtime_error(path.string() + " cannot be written");
}

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// All the files of a folder that end in .json, one seed each.
void copy_all(const fs::path& from, const fs::path& to, std::string_view further = {}) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(from)) {
    if (entry.path().extension() != ".json") continue;
    write(to / entry.path().filename(), read(entry.path()) + std::string(further));
  }
}

void make_responses(const fs::path& folder) {
  int number = 0;
  for (const std::string_view response : test::kResponses) {
    write(folder / std::to_string(++number), response);
  }
}

void make_tokens(const fs::path& folder) {
  const Secret secret("a-Secr3t_Str1ng!");
  constexpr std::string_view kPlaintext = "2020-12-31T23:00:17.123Z;aSessionToken;aValidApiKey";
  TokenSettings settings;
  settings.fixed_iv = "sixteen bytes iv";
  for (const auto algorithm :
       {TokenAlgorithm::aes_cbc, TokenAlgorithm::aes_ecb, TokenAlgorithm::plain}) {
    for (const IvMode iv : {IvMode::prefix, IvMode::zero, IvMode::key, IvMode::fixed}) {
      for (const KeyForm key : {KeyForm::raw, KeyForm::sha256, KeyForm::md5}) {
        settings.algorithm = algorithm;
        settings.iv = iv;
        settings.key = key;
        settings.url_form = key == KeyForm::md5;
        const std::string name = fmt::format("{}-{}-{}", static_cast<int>(algorithm),
                                             static_cast<int>(iv), static_cast<int>(key));
        write(folder / name, encrypt_token(kPlaintext, secret, settings).value() +
                                 (iv == IvMode::fixed ? "\n2020-12-31T23:00:17" : ""));
      }
    }
  }
}

void make_words(const fs::path& fixtures, const fs::path& path) {
  std::set<std::string> words;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(fixtures)) {
    if (entry.path().extension() != ".json") continue;
    const std::string text = read(entry.path());
    const std::regex word(R"("[A-Za-z0-9_.${}-]{1,24}")");
    for (std::sregex_iterator at(text.begin(), text.end(), word), end; at != end; ++at) {
      words.insert(at->str());
    }
  }
  std::string lines;
  // In a dictionary the quotes only mark the ends of a word.
  for (const std::string& word : words) {
    lines += fmt::format("\"\\\"{}\\\"\"\n", word.substr(1, word.size() - 2));
  }
  write(path, lines);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    if (count != 3) throw std::runtime_error("usage: make_seeds FIXTURES FOLDER");
    const fs::path fixtures = arguments[1];
    const fs::path folder = fs::path(arguments[2]) / "seeds";
    fs::remove_all(folder);
    make_responses(folder / "response");
    make_tokens(folder / "token");
    copy_all(fixtures / "tenants", folder / "tenants");
    const std::string further = "\n%%%\n" + read(fixtures / "shared/acme.json") + "\n%%%\n" +
                                read(fixtures / "shared/save-and-expect.json");
    copy_all(fixtures / "scenarios", folder / "scenario", further);
    copy_all(fixtures / "bad-scenarios", folder / "scenario");
    make_words(fixtures, folder / "../words");
  } catch (const std::exception& error) {
    fmt::print(stderr, "make_seeds: {}\n", error.what());
    return 1;
  }
  return 0;
}
