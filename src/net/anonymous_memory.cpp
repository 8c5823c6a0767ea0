#include "net/anonymous_memory.hpp"

#include <sys/mman.h>

#include <memory>
#include <new>

namespace turnpike::net {

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20U;

}  // namespace

AnonymousMemory::AnonymousMemory(std::size_t size) {
  const std::size_t whole_pages = (size + kHugePage - 1) / kHugePage * kHugePage;
  mapping_size_ = whole_pages + kHugePage;  // the surplus pays for the alignment and is never touched
  mapping_ = ::mmap(nullptr, mapping_size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping_ == MAP_FAILED) throw std::bad_alloc();

  void* aligned = mapping_;
  std::size_t space = mapping_size_;
  std::align(kHugePage, whole_pages, aligned, space);
  // Only advice: a kernel without huge pages refuses it and nothing is lost but speed.
  static_cast<void>(::madvise(aligned, whole_pages, MADV_HUGEPAGE));
  bytes_ = {static_cast<std::uint8_t*>(aligned), size};
}

AnonymousMemory::~AnonymousMemory() { ::munmap(mapping_, mapping_size_); }

}  // namespace turnpike::net
