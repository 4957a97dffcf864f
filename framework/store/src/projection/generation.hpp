#pragma once

#include <ashlar/store/projection.hpp>
#include <functional>
#include <memory>

namespace ashlar::store {

// Fills the tables of one generation: a batch in one transaction with its acks, or one by one where that fails.
class GenerationReceiver final : public StreamReceiver {
 public:
  using Superseded = std::function<bool(std::int64_t generation)>;

  // Gives back what comes once it is superseded.
  GenerationReceiver(std::shared_ptr<const ProjectionPlan> plan, Database database, std::int64_t generation,
                     Superseded superseded);

  void receive(std::span<Delivery* const> deliveries) override;
  std::size_t most_at_once() const override;

 private:
  void apply(std::span<Delivery* const> deliveries);

  std::shared_ptr<const ProjectionPlan> plan_;
  Database database_;
  ProjectionTables tables_;
  Superseded superseded_;
};

}  // namespace ashlar::store
