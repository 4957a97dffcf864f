#include "log/writer.hpp"

#include <algorithm>

namespace ashlar::store {
namespace {

// Of one commit, so that nobody waits long behind it.
constexpr std::size_t most_jobs = 4'096;
constexpr std::size_t most_bytes = 4 * 1024 * 1024;

// Of what is posted and not yet durable.
constexpr std::size_t most_posted = 16'384;
constexpr std::size_t most_posted_bytes = 64 * 1024 * 1024;

}  // namespace

Writer::Writer(std::shared_ptr<Connection> connection, std::function<void(const Work&)> committed)
    : connection_(std::move(connection)), committed_(std::move(committed)) {}

Writer::~Writer() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  posted_changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Writer::run(const Action& action, Survives survives) {
  class Awaited final : public Job {
   public:
    explicit Awaited(const Action& its_action) : action_(its_action) {}

   private:
    void run(Work& work) override { action_(work); }
    const Action& action_;
  };
  connection_->gate()->refuse_if_inside();
  std::condition_variable changed;
  Awaited awaited(action);
  Job& job = awaited;
  job.survives_ = survives;
  job.changed_ = &changed;
  std::unique_lock lock(mutex_);
  queue_.push_back(&job);
  changed.wait(lock, [&] { return job.finished_ || !busy_; });
  while (!job.finished_) {
    lead(lock);
    // A commit takes a part of a long queue, which may end before this job.
    changed.wait(lock, [&] { return job.finished_ || !busy_; });
  }
  lock.unlock();
  if (job.error_) std::rethrow_exception(job.error_);
}

void Writer::post(std::unique_ptr<Posted> posted, std::size_t bytes) {
  Job& job = *posted;
  job.bytes_ = bytes;
  job.posted_ = true;
  std::unique_lock lock(mutex_);
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  const bool inside = std::this_thread::get_id() == thread_.get_id();
  if (in_flight_ >= most_posted || in_flight_bytes_ >= most_posted_bytes) connection_->gate()->refuse_if_inside();
  room_.wait(lock, [&] { return inside || (in_flight_ < most_posted && in_flight_bytes_ < most_posted_bytes); });
  queue_.push_back(&job);
  ++in_flight_;
  in_flight_bytes_ += bytes;
  posted_.push_back(std::move(posted));
  if (queue_.size() == 1) posted_changed_.notify_one();
}

void Writer::flush() {
  connection_->gate()->refuse_if_inside();
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return in_flight_ == 0; });
}

// For as many of the queue as go into one commit; the lock is given up meanwhile.
void Writer::lead(std::unique_lock<std::mutex>& lock) {
  const std::vector<Job*> jobs = take();
  busy_ = true;
  lock.unlock();
  execute(jobs);
  lock.lock();
  busy_ = false;
  bool posted = false;
  for (Job* job : jobs) {
    job->finished_ = true;
    posted = posted || job->posted_;
    if (!job->posted_) job->changed_->notify_one();
  }
  // Somebody who waits leads the next commit; if nobody does, the thread of what was posted.
  const auto next = std::find_if(queue_.begin(), queue_.end(), [](const Job* job) { return !job->posted_; });
  if (next != queue_.end()) (*next)->changed_->notify_one();
  if (posted || next == queue_.end()) posted_changed_.notify_one();
}

std::vector<Writer::Job*> Writer::take() {
  std::vector<Job*> jobs;
  std::size_t bytes = 0;
  while (!queue_.empty() && jobs.size() < most_jobs && bytes < most_bytes) {
    bytes += queue_.front()->bytes_;
    jobs.push_back(queue_.front());
    queue_.pop_front();
  }
  return jobs;
}

void Writer::execute(const std::vector<Job*>& jobs) {
  if (run_together(jobs)) return;
  // One of them failed, or all together were too much: each by itself, so that the others do not suffer for it.
  for (Job* job : jobs) run_together({job});
}

// Whether it is decided what became of them; if not, nothing was done.
bool Writer::run_together(const std::vector<Job*>& jobs) {
  Work work(*connection_);
  try {
    const bool waits =
        std::any_of(jobs.begin(), jobs.end(), [](const Job* job) { return job->survives_ == Survives::power_cut; });
    connection_->wait_for_disk(waits);
    connection_->begin();
  } catch (...) {
    // The file is locked, say: none of them would fare better alone, and each would wait as long.
    for (Job* job : jobs) job->error_ = std::current_exception();
    return true;
  }
  try {
    if (known_ && known_version_ == connection_->data_version()) work.know(*known_);
    known_.reset();
    for (Job* job : jobs) job->run(work);
    work.save();
    connection_->commit();
    known_ = work.known();
    known_version_ = connection_->data_version();
  } catch (...) {
    connection_->roll_back();
    if (jobs.size() == 1) jobs.front()->error_ = std::current_exception();
    return jobs.size() == 1;
  }
  try {
    for (const auto& action : work.take_after()) action();
    committed_(work);
  } catch (...) {
    // It is committed: that others did not hear of it is no failure of the jobs.
  }
  return true;
}

void Writer::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    posted_changed_.wait(lock, [this] {
      if (posted_.empty()) return ending_;
      return posted_.front()->finished_ || !busy_;
    });
    if (posted_.empty()) return;
    if (!posted_.front()->finished_) lead(lock);
    std::vector<std::unique_ptr<Posted>> finished;
    std::size_t bytes = 0;
    while (!posted_.empty() && posted_.front()->finished_) {
      bytes += static_cast<Job&>(*posted_.front()).bytes_;
      finished.push_back(std::move(posted_.front()));
      posted_.pop_front();
    }
    lock.unlock();
    for (const auto& job : finished) job->done(static_cast<Job&>(*job).error_);
    const std::size_t count = finished.size();
    finished.clear();
    lock.lock();
    in_flight_ -= count;
    in_flight_bytes_ -= bytes;
    room_.notify_all();
  }
}

}  // namespace ashlar::store
