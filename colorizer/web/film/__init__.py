"""The Film tab."""
