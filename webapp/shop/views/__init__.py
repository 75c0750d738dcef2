"""The routes: one module with one blueprint per topic, and the registry of them."""

from shop.views import cart, order, page, probe, product

BLUEPRINTS = (page.blueprint, probe.blueprint, product.blueprint, order.blueprint, cart.blueprint)
