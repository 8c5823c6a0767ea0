#include "net/send_error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace turnpike::net {
namespace {

TEST(SendErrorTest, AFullSendBufferIsWouldBlock) { EXPECT_EQ(drop_reason_of(EAGAIN), DropReason::would_block); }

TEST(SendErrorTest, LackOfKernelMemoryIsNoBuffer) {
  EXPECT_EQ(drop_reason_of(ENOBUFS), DropReason::no_buffer);
  EXPECT_EQ(drop_reason_of(ENOMEM), DropReason::no_buffer);
}

TEST(SendErrorTest, NoRouteRefusalAndFirewallAreUnreachable) {
  for (const int error : {EHOSTUNREACH, ENETUNREACH, ECONNREFUSED, EPERM, EACCES}) {
    EXPECT_EQ(drop_reason_of(error), DropReason::unreachable) << error;
  }
}

TEST(SendErrorTest, AnUnknownErrorHasAReasonOfItsOwn) { EXPECT_EQ(drop_reason_of(EINVAL), DropReason::send_failed); }

TEST(SendErrorTest, WhatAnIcmpErrorCanCauseIsWorthASecondAttempt) {
  for (const int error : {ECONNREFUSED, EHOSTUNREACH, ENOPROTOOPT, EMSGSIZE}) EXPECT_FALSE(is_own_error(error));
}

TEST(SendErrorTest, FullBuffersAndFirewallsAreNotWorthASecondAttempt) {
  for (const int error : {EAGAIN, ENOBUFS, ENOMEM, EPERM}) EXPECT_TRUE(is_own_error(error));
}

TEST(SendErrorTest, ARefusedDestinationIsNotTakenForRefusedSegmentation) {
  for (const int error : {ECONNREFUSED, EHOSTUNREACH, EPERM}) EXPECT_FALSE(may_refuse_segmentation(error));
}

TEST(SendErrorTest, OnlySizeErrorsSpeakOfTheSegmentSize) {
  EXPECT_TRUE(may_refuse_segmentation(EIO));
  EXPECT_FALSE(may_refuse_segment_size(EIO));
  EXPECT_TRUE(may_refuse_segment_size(EMSGSIZE));
  EXPECT_TRUE(may_refuse_segment_size(EINVAL));
}

}  // namespace
}  // namespace turnpike::net
