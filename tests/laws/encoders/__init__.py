"""The guard alone between encoders that are wrong and a simulated device: judged at the skin, pulse by pulse."""
