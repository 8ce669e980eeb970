"""What a running page keeps: loaded models, recently seen photos, memory."""
