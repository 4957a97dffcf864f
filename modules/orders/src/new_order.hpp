#pragma once

#include <catalog/prices.hpp>
#include <orders/orders.hpp>

#include "options.hpp"

namespace orders {

// Throws Error naming the value of the configuration that makes no sense.
void check(const Options& options);

// The order that `wanted` asks for, as it would be placed: prices looked up, id and time still empty where they were not
// given. Throws HttpError 400 with the field that cannot be had, as in `/lines/3/quantity`.
Order priced(const NewOrder& wanted, const Options& options, catalog::Prices& prices);

// Whether `wanted` says nothing that `order` does not say too; what it leaves open fits.
bool is_same(const NewOrder& wanted, const Order& order);

}  // namespace orders
