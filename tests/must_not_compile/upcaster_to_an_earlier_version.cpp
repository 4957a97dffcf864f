// page: An upcaster to an earlier version
#include <ashlar/module.hpp>
#include <string>

struct PriceSet {
  int euros = 0;
};
ASHLAR_EVENT(PriceSet, "catalog.price.set", 1, euros)

struct PriceSet2 {
  int cents = 0;
};
ASHLAR_EVENT(PriceSet2, "catalog.price.set", 2, cents)

struct PriceRaised {
  int cents = 0;
};
ASHLAR_EVENT(PriceRaised, "catalog.price.raised", 2, cents)

#ifdef CORRECT
PriceSet2 convert(const PriceSet& e) { return {e.euros * 100}; }
#else
PriceSet convert(const PriceSet2& e) { return {e.cents / 100}; }
#endif

void declare(ashlar::Declaration& d) { d.upcasts(convert); }
