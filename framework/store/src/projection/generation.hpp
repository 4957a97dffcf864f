#pragma once

#include <ashlar/store/projection.hpp>
#include <ashlar/store/transaction.hpp>
#include <functional>
#include <memory>

namespace ashlar::store {

// Stands between the log and the handlers that fill the tables of one generation: a batch is one transaction, with its acks.
class GenerationReceiver final : public StreamReceiver {
 public:
  // Whether another generation serves already; asked inside the transaction.
  using Superseded = std::function<bool(Database& database, std::int64_t generation)>;

  // Gives back what comes once it is superseded. `handlers` are those of `owner`, which is only compared.
  GenerationReceiver(const void* owner, LoggedConsumer handlers, Database database, std::int64_t generation,
                     Superseded superseded);

  void receive(std::span<Delivery* const> deliveries) override;
  std::size_t most_at_once() const override;

  // The call that is under way on this thread; throws Error where it is none of `owner`.
  static GenerationReceiver& of_this_call(const void* owner);

  void apply(Delivery& delivery, const std::function<void(const ProjectionTables& tables)>& change);

 private:
  const void* owner_;
  LoggedConsumer handlers_;
  Database database_;
  ProjectionTables tables_;
  Superseded superseded_;
  Transaction* transaction_ = nullptr;  // during receive()
};

}  // namespace ashlar::store
