// The words of a fault line, and the members of an entry that each of them stands for. Data.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roomle_sim {

// One way to write a word: its arguments are these members of the word's object, in order. No
// member: the word stands for `true`. One that is "": the argument is the word's value itself.
struct FaultForm {
  std::string_view word;
  std::vector<std::string_view> members;
};

// A word that may be written in several ways stands here once for each.
std::span<const FaultForm> fault_forms();

// Each of them once.
std::vector<std::string_view> fault_words();

// The word for what other programs call so: "connection_reset" for "reset". Empty: there is none.
std::string_view fault_meant_by(std::string_view word);

// What a word takes, for people: "dribble INTERVAL, or dribble CHUNKS TOTAL".
std::string fault_usage(std::string_view word);

}  // namespace roomle_sim
