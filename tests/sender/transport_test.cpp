#include "sender/transport.h"

#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

TEST(FailureWord, ReadsBackToTheSameReason) {
  for (int i = 0; i <= static_cast<int>(FailureReason::malformed_response); ++i) {
    const auto reason = static_cast<FailureReason>(i);
    EXPECT_EQ(failure_from_word(failure_word(reason)), reason) << failure_word(reason);
  }
  EXPECT_EQ(failure_word(FailureReason::connect_refused), "connect_refused");
  EXPECT_EQ(failure_from_word("Timeout"), std::nullopt);
  EXPECT_EQ(failure_from_word(""), std::nullopt);
}

}  // namespace
}  // namespace roomle_sim
