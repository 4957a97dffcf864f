#include <ashlar/uuid.hpp>

#include <pthread.h>
#include <sys/random.h>

#include <algorithm>
#include <atomic>
#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <cstddef>
#include <cstring>
#include <random>
#include <stdexcept>

namespace ashlar {
namespace {

// Raised in the child of every fork, so that it does not go on with its parent's random numbers.
std::atomic<unsigned> forks{0};
[[maybe_unused]] const int at_fork = pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1); });

// The year 10000, of the 10889 that 48 bits reach: room to count on from there.
constexpr std::uint64_t latest = 253402300800000;
constexpr std::uint64_t counter_end = std::uint64_t{1} << 12;
constexpr std::uint64_t tail_end = std::uint64_t{1} << 62;

std::uint64_t from_the_kernel() {
  std::uint64_t seed = 0;
  if (getrandom(&seed, sizeof seed, 0) != static_cast<ssize_t>(sizeof seed)) seed = std::random_device{}();
  return seed;
}

// Makes the ids of one thread: 48 bits of time, and 74 random bits that within a millisecond (or while the clock stands
// before where it was) only grow, by random steps.
class Generator {
 public:
  Uuid next(std::int64_t unix_milliseconds) {
    const auto now = std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(unix_milliseconds, 0)), latest);
    const unsigned forks_now = forks.load(std::memory_order_relaxed);
    if (!seeded_ || forks_now != forks_) {
      const std::uint64_t floor = seeded_ ? milliseconds_ + 1 : 0;
      seed(forks_now);
      start(std::max(now, floor));
    } else if (now > milliseconds_) {
      start(now);
    } else {
      grow();
    }
    return write();
  }

 private:
  void seed(unsigned forks_now) {
    for (std::uint64_t& word : state_) word = from_the_kernel();
    state_[0] |= 1;
    forks_ = forks_now;
    seeded_ = true;
  }

  void start(std::uint64_t milliseconds) {
    milliseconds_ = milliseconds;
    // The upper half stays free for the ids that follow within the millisecond.
    counter_ = random() % (counter_end / 2);
    tail_ = random() % tail_end;
  }

  void grow() {
    tail_ += 1 + random() % (std::uint64_t{1} << 40);
    if (tail_ < tail_end) return;
    tail_ -= tail_end;
    if (++counter_ == counter_end) start(milliseconds_ + 1);
  }

  // xoshiro256**, by Blackman and Vigna; the standard's generators are larger and slower.
  std::uint64_t random() {
    const auto rotated = [](std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); };
    const std::uint64_t result = rotated(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotated(state_[3], 45);
    return result;
  }

  Uuid write() const {
    const std::uint64_t head = milliseconds_ << 16 | 0x7000 | counter_;
    const std::uint64_t tail = std::uint64_t{0b10} << 62 | tail_;
    Uuid uuid;
    for (std::size_t i = 0; i < 8; ++i) {
      uuid.bytes[i] = static_cast<std::uint8_t>(head >> (56 - 8 * i));
      uuid.bytes[8 + i] = static_cast<std::uint8_t>(tail >> (56 - 8 * i));
    }
    return uuid;
  }

  std::uint64_t state_[4]{};
  std::uint64_t milliseconds_ = 0;
  std::uint64_t counter_ = 0;
  std::uint64_t tail_ = 0;
  unsigned forks_ = 0;
  bool seeded_ = false;
};

}  // namespace

Uuid Uuid::v7(std::int64_t unix_milliseconds) {
  thread_local constinit Generator generator;
  return generator.next(unix_milliseconds);
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  // The generator also reads forms with braces and without hyphens; all of them have another length.
  if (text.size() != 36) return std::nullopt;
  try {
    const boost::uuids::uuid parsed = boost::uuids::string_generator{}(text.begin(), text.end());
    Uuid uuid;
    std::memcpy(uuid.bytes.data(), parsed.data, uuid.bytes.size());
    return uuid;
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

std::string Uuid::to_string() const {
  boost::uuids::uuid uuid;
  std::memcpy(uuid.data, bytes.data(), bytes.size());
  std::string text(36, '\0');
  boost::uuids::to_chars(uuid, text.data());
  return text;
}

}  // namespace ashlar
