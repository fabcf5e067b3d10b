"""Model packs and the engines that run them."""
