// Behaviour of the desk and the control room.
