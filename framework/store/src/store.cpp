#include <ashlar/store/store.hpp>
#include <utility>

#include "store_state.hpp"

namespace ashlar::store {

Store::Store(std::filesystem::path file, StoreOptions options)
    : state_(std::make_unique<State>(std::move(file), std::move(options))) {}

Store::~Store() = default;

Database Store::connect() { return Database(state_->connect()); }

const std::filesystem::path& Store::file() const { return state_->file; }

const StoreOptions& Store::options() const { return state_->options; }

}  // namespace ashlar::store
