"""What signed-in people have typed into a form and not sent yet."""
